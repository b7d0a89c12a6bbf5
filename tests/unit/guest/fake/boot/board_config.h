/* A board whose clock counts microseconds. */
#pragma once
#define BOARD_TIMER_CLOCK_HZ 1000000
