/* The eight methods of the Project API: which parameters each takes, and what it does. */
#ifndef MICROTVM_QEMU_API_METHODS_H
#define MICROTVM_QEMU_API_METHODS_H

#include "api/buffer.h"
#include "api/device.h"
#include "api/rpc.h"
#include "base/error.h"

#include <stdbool.h>

/* True: reply is the whole line with the result. False: *err says what to answer
 * (rpc_reply_error); reply's content means nothing then.
 * Errors: ERROR_NO_METHOD, ERROR_INVALID_PARAMS, ERROR_TVM_VERSION, and those of device.h. */
bool methods_call(struct device *device, const struct rpc_request *request, struct buffer *reply,
                  struct error *err);

/* Is this request a read or a write of the transport? All others may change what board there is. */
bool methods_is_transfer(const struct rpc_request *request);

/* Is this request a read or write that may wait for ever? */
bool methods_waits_forever(const struct rpc_request *request);

#endif
