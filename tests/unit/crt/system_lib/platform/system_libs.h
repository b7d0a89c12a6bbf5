/* What models.cmake would make, for test_system_lib. */
#pragma once
#define SYSTEM_LIBS(X) X(first_lib) X(missing_lib) X(second_lib) X(old_lib)
#ifndef SYSTEM_LIB_COUNT_SIZE
#define SYSTEM_LIB_COUNT_SIZE 2
#endif
