/* Pieces of what TVM writes into an archive, to make small ones of. The model is called m. */
#ifndef MICROTVM_QEMU_TESTS_PIECES_H
#define MICROTVM_QEMU_TESTS_PIECES_H

/* ---- metadata.json ---- */

#define F16 "{\"dtype\": \"float32\", \"size\": 16}"
#define F8 "{\"dtype\": \"float32\", \"size\": 8}"
#define METADATA(executor, inputs, outputs)                                                        \
    "{\"version\": 7, \"modules\": {\"m\": {\"model_name\": \"m\", \"executors\": [\"" executor    \
    "\"], \"memory\": {\"functions\": {\"main\": [{\"inputs\": {" inputs                           \
    "}, \"outputs\": {" outputs "}}]}}}}}"
#define AOT(inputs, outputs) METADATA("aot", inputs, outputs)
#define X "\"x\": " F16
#define AB "\"a\": " F16 ", \"b\": " F16

/* ---- src/m.relay: w is a weight ---- */

#define RELAY(attribute)                                                                           \
    "def @helper(%z: Tensor[(1), int8]) {\n  %z\n}\n\n"                                            \
    "def @main(%x: Tensor[(1, 4), float32] /* ty=Tensor[(1, 4), \"%q\")] */, "                     \
    "%w: Tensor[(4, 4), float32]" attribute                                                        \
    ") -> (Tensor[(1, 4), float32],) {\n  %0 = f(%x);\n}\n"
#define NAMED(names) ", hash=\"1)\", output_tensor_names=[" names "]"

/* ---- codegen/host/src ---- */

#define PACKED_LINE(name, index)                                                                   \
    "  int32_t " name "_code = arg_type_ids[" index "];\n"                                         \
    "  void* " name " = (((TVMValue*)args)[" index "].v_handle);\n"                                \
    "  void* " name "_buffer_var = (((DLTensor*)" name ")[0].data);\n"
#define PACKED(lines)                                                                              \
    "TVM_DLL int32_t tvmgen_m___tvm_main__(void* args, int32_t* arg_type_ids);\n"                  \
    "TVM_DLL int32_t tvmgen_m___tvm_main__(void* args, int32_t* arg_type_ids) {\n" lines           \
    "  return 0;\n}\n"
#define USE(name) "  (((DLTensor*)stack)[0].data) = " name "_buffer_var;\n"
#define UNPACKED(list, body)                                                                       \
    "TVM_DLL int32_t tvmgen_m___tvm_main__(" list ") {\n  f(" body ");\n  return 0;\n}\n"
#define SHAPE(name, shape)                                                                         \
    "static const int64_t kTvmgenMetadata_" name "_shape[2] = {\n" shape "};\n"
#define RECORD(name, type)                                                                         \
    "{\n\"" name "\" /* name*/, \nx_shape, \n2L /* num_shape*/, \n" type "}\n"
#define TABLE(name, count, records)                                                                \
    "static const struct TVMTensorInfo kTvmgenMetadata_" name "[" count "] = {\n" records "};\n"
/* Two outputs of 4 and 2 floats. */
#define TABLE_4_2                                                                                  \
    SHAPE("outputs_0", "1L, \n4L")                                                                 \
    SHAPE("outputs_1", "1L, \n2L")                                                                 \
    TABLE("outputs", "2", RECORD("output0", "{2, 32, 1}") ", " RECORD("output1", "{2, 32, 1}"))
#define HEADER(inputs, outputs)                                                                    \
    "struct tvmgen_m_inputs {\n" inputs "};\nstruct tvmgen_m_outputs {\n" outputs "};\n"
#define MEMBER(name) "  void* " name ";\n"
#define CALL(members) "return tvmgen_m___tvm_main__(inputs->x," members ");\n"
/* ---- executor-config/graph/m.graph: an input and two outputs, of which shapes are given ---- */

#define GRAPH(first, second)                                                                       \
    "{\"nodes\": [{\"op\": \"null\", \"name\": \"x\"}, {\"op\": \"tvm_op\", \"name\": \"f\"}],"    \
    " \"arg_nodes\": [0], \"heads\": [[1, 1, 0], [1, 0, 0]], \"node_row_ptr\": [0, 1, 3],"         \
    " \"attrs\": {\"dltype\": [\"list_str\", [\"float32\", \"float32\", \"float32\"]],"            \
    " \"shape\": [\"list_shape\", [[1, 4], " second ", " first "]]}}"

#endif
