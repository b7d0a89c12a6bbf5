#include "commands/run/text/board_clock.h"

bool board_clock_check(const struct board *board, uint64_t time_us, int64_t here_ns,
                       struct error *err)
{
    static const double SLACK_S = 0.1; /* ticks of a slow timer, of many short intervals */
    double board_s = (double)time_us / 1e6;
    double here_s = (double)here_ns / 1e9;
    if (board_counts_instructions(board) || board_s <= 2 * here_s + SLACK_S)
        return true;
    return error_set(err, ERROR_DEVICE, 0,
                     "by the board's clock %.3g s have passed in %.3g s here: mend "
                     "\"timer.clock_hz\" of its definition, at least %.0f times as much",
                     board_s, here_s, board_s / here_s);
}
