/* Limits of the C runtime, under the names that TVM's runtimes of 0.8 to 0.18 use. */
#ifndef TVM_RUNTIME_CRT_CRT_CONFIG_H_
#define TVM_RUNTIME_CRT_CRT_CONFIG_H_

#define TVM_CRT_LOG_LEVEL TVM_CRT_LOG_LEVEL_WARN
#define TVM_CRT_DEBUG 0

/* Of a graph's tensors, from the graph. */
#ifndef TVM_CRT_MAX_NDIM
#error "TVM_CRT_MAX_NDIM: the build sets it from project.json"
#endif
#define TVM_CRT_MAX_ARGS 32 /* of one generated function */

#define TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES 1024
#define TVM_CRT_MAX_REGISTERED_MODULES 4

/* The largest message either way: rpc_packet_size_bytes of the options, or of board.json. */
#ifndef TVM_CRT_MAX_PACKET_SIZE_BYTES
#error "TVM_CRT_MAX_PACKET_SIZE_BYTES: the build sets it"
#endif

/* Lengths of strings, with their NUL. */
#define TVM_CRT_MAX_STRLEN_DLTYPE 10
#define TVM_CRT_MAX_STRLEN_FUNCTION_NAME 120
#define TVM_CRT_MAX_STRLEN_PARAM_NAME 80
#define TVM_CRT_MAX_FUNCTION_NAME_LENGTH_BYTES 30 /* until 0.11 */

#endif
