"""An operator of each family that TVM lowers for C, with the values of ONNX's own node tests: what
comes out is given with them."""

import pathlib
import sys

import numpy as np

from tvm_archive import relay

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tvm/nodes"))
import cases  # pylint: disable=wrong-import-position

# What is data for the board; the other inputs are constants of the model, and where none is named all
# but the first are.
FAMILIES = {
    "arithmetic": ("test_div_bcast", 2),
    "comparison": ("test_clip_expanded", 1),
    "elementwise": ("test_erf", 1),
    "activation": ("test_hardswish", 1),
    "softmax": ("test_logsoftmax_axis_1", 1),
    "normalization": ("test_layer_normalization_4d_axis2", 3),
    "batch_normalization": ("test_batchnorm_example", 1),
    "convolution": ("test_conv_with_strides_and_asymmetric_padding", 1),
    "transposed_convolution": ("test_convtranspose_output_shape", 1),
    "product": ("test_matmul_4d", 2),
    "dense": ("test_gemm_all_attributes", 1),
    "average_pool": ("test_averagepool_2d_pads_count_include_pad", 1),
    "max_pool": ("test_maxpool_2d_ceil", 1),
    "global_pool": ("test_globalaveragepool", 1),
    "reduction": ("test_reduce_log_sum_exp_keepdims_random", 1),
    "argument": ("test_argmax_negative_axis_keepdims_random", 1),
    "scan": ("test_cumsum_2d_axis_1", 1),
    "transpose": ("test_transpose_all_permutations_4", 1),
    "concatenation": ("test_concat_3d_axis_1", 2),
    "slice": ("test_slice_neg_steps", 1),
    "split": ("test_split_equal_parts_2d", 1),
    "pad": ("test_reflect_pad", 1),
    "tile": ("test_tile", 1),
    "gather": ("test_gather_elements_1", 1),
    "scatter": ("test_scatter_elements_with_axis", 1),
    "resize": ("test_resize_upsample_scales_linear", 1),
    "space": ("test_depthtospace_crd_mode_example", 1),
    "recurrent": ("test_gru_defaults", 1),
}


def load(family):
    """The module, its inputs by name with an axis of samples in front, and its outputs likewise."""
    test, data_count = FAMILIES[family]
    case = cases.Case(test)
    model, inputs = case.with_constants(list(case.inputs)[data_count:])
    shapes = {name: value.shape for name, value in inputs.items()}
    types = {name: str(value.dtype) for name, value in inputs.items()}
    module, params = relay.frontend.from_onnx(model, shapes, types, freeze_params=True)
    if params:
        module["main"] = relay.build_module.bind_params_by_name(module["main"], params)
    outputs = [output[np.newaxis] for output in case.outputs]
    return module, {name: value[np.newaxis] for name, value in inputs.items()}, outputs
