# libarchive for the program: linked statically where that is possible, so that only what reads tar
# files comes along. The shared one drags in ICU, libxml2, libstdc++ and others for formats that we
# refuse, and loading those takes longer than all else that a server does up to its first reply.
include(CheckCSourceCompiles)

# archive_check(VAR LIBRARY...): do LIBRARY... have all that server/model/archive.c and
# client/npz.c call? What an
# object of the static one needs besides depends on which of its objects are needed.
function(archive_check var)
  file(READ ${PROJECT_SOURCE_DIR}/server/model/archive.c source)
  file(READ ${PROJECT_SOURCE_DIR}/server/client/npz.c npz)
  string(APPEND source "${npz}")
  file(READ ${PROJECT_SOURCE_DIR}/server/model/archive.h ours)
  string(REGEX MATCHALL "archive_(read|entry|filter|error)_[a-z0-9_]+" names "${source}")
  string(REGEX MATCHALL "archive_[a-z0-9_]+" ours "${ours}")
  list(REMOVE_DUPLICATES names)
  list(REMOVE_ITEM names ${ours})
  list(JOIN names ", (function)" functions)
  set(CMAKE_REQUIRED_INCLUDES ${ARCHIVE_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_LIBRARIES ${ARGN})
  check_c_source_compiles(
    "#include <archive.h>
     #include <archive_entry.h>
     typedef void (*function)(void);
     function volatile used[] = {(function)${functions}};
     int main(void)
     {
         return !used[0];
     }"
    ${var})
endfunction()

add_library(archive_reader INTERFACE)
find_library(ARCHIVE_STATIC libarchive.a)
if(ARCHIVE_STATIC)
  set(ARCHIVE_FILTERS -l:libz.so.1 -l:libbz2.so.1.0 -l:liblzma.so.5 -l:libzstd.so.1)
  archive_check(ARCHIVE_STATIC_LINKS ${ARCHIVE_STATIC} ${ARCHIVE_FILTERS})
endif()
if(ARCHIVE_STATIC_LINKS)
  target_link_libraries(archive_reader INTERFACE ${ARCHIVE_STATIC} ${ARCHIVE_FILTERS})
else()
  archive_check(ARCHIVE_SHARED_LINKS PkgConfig::ARCHIVE)
  if(NOT ARCHIVE_SHARED_LINKS)
    message(FATAL_ERROR "libarchive ${ARCHIVE_VERSION} lacks a function that server/model/archive.c calls")
  endif()
  message(STATUS "No static libarchive: servers will start 1 ms later")
  target_link_libraries(archive_reader INTERFACE PkgConfig::ARCHIVE)
endif()
