/* MLPerf Tiny: a model in a firmware that EEMBC's runner benchmarks. api/internally_implemented.h
 * says how it is talked to.
 *
 * The option compile_definitions tells, as TVM's clients do, what the model is for:
 *
 *   TARGET_MODEL      1 keyword spotting, 2 visual wake words, 3 anomaly detection, 4 image
 *                     classification; without it bytes are taken as they are
 *   TH_MODEL_VERSION  what profile says: EE_MODEL_VERSION_KWS01, ...
 *   OUT_QUANT_SCALE, OUT_QUANT_ZERO
 *                     results are (output - ZERO) * SCALE where the output is of integers: 1 and 0
 *                     without them
 *
 * Pictures (2 and 4) come as bytes from 0 to 255, of which 128 is taken where the model's input is
 * int8. The result of 3 is the mean square of the difference between output and input. */
#include "api/internally_implemented.h"
#include "api/submitter_implemented.h"

int main(void)
{
    ee_benchmark_initialize();
    for (;;)
        ee_serial_callback(th_getchar());
}
