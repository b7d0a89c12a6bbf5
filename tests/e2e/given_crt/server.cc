/* The RPC server of the runtime that test_archives gives: in C++, as TVM's is, around the one in C,
 * whose functions are called plain_... there. It uses what TVM's uses of the language and its
 * library, and aborts where that does not do what it should. */
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <tvm/runtime/crt/microtvm_rpc_server.h>
#include <tvm/runtime/crt/platform.h>

extern "C" {
microtvm_rpc_server_t plain_MicroTVMRpcServerInit(microtvm_rpc_channel_write_t write_func,
                                                  void *write_func_ctx);
tvm_crt_error_t plain_MicroTVMRpcServerLoop(microtvm_rpc_server_t server, uint8_t **new_data,
                                            size_t *new_data_size_bytes);
/* The slot of a pure virtual function. */
void __cxa_pure_virtual(void);
}

namespace
{

enum { MARK = 0x5eed, ABORT_CODE = 0x77 };

void expect(bool good)
{
    if (!good)
        TVMPlatformAbort(static_cast<tvm_crt_error_t>(ABORT_CODE));
}

int constructed;
int destroyed;

class Stream
{
  public:
    Stream()
    {
        ++constructed;
    }
    virtual ~Stream()
    {
        ++destroyed;
    }
    virtual ssize_t Write(const uint8_t *data, size_t size_bytes) = 0;
};

class ChannelStream : public Stream
{
  public:
    ChannelStream(microtvm_rpc_channel_write_t write, void *context)
        : write_(write), context_(context)
    {
    }
    ssize_t Write(const uint8_t *data, size_t size_bytes) override
    {
        return write_(context_, data, size_bytes);
    }

  private:
    microtvm_rpc_channel_write_t write_;
    void *context_;
};

class Server
{
  public:
    explicit Server(std::unique_ptr<Stream> stream) : stream_(std::move(stream))
    {
    }
    void Start()
    {
        plain_ = plain_MicroTVMRpcServerInit(&Server::Write, this);
    }
    tvm_crt_error_t Loop(uint8_t **data, size_t *size_bytes)
    {
        return plain_MicroTVMRpcServerLoop(plain_, data, size_bytes);
    }

  private:
    static ssize_t Write(void *context, const uint8_t *data, size_t size_bytes)
    {
        return static_cast<Server *>(context)->stream_->Write(data, size_bytes);
    }

    std::unique_ptr<Stream> stream_;
    microtvm_rpc_server_t plain_ = nullptr;
};

/* A static with a constructor: it must have run before main. */
struct Marked {
    Marked() : mark(MARK)
    {
    }
    volatile int mark;
};
Marked marked;

/* One that is made at its first use. */
Marked &lazily_marked()
{
    static Marked lazy;
    return lazy;
}

struct Header {
    uint16_t id;
    uint8_t type;
};
static_assert(std::is_trivial<Header>::value && std::is_standard_layout<Header>::value, "");
static_assert(std::is_pod<Header>::value && !std::is_trivial<ChannelStream>::value, "");

void check_ownership(microtvm_rpc_channel_write_t write, void *context)
{
    std::unique_ptr<Stream> first(new ChannelStream(write, context));
    std::unique_ptr<Stream> second(std::move(first));
    expect(!first && second && constructed == 1 && destroyed == 0);
    first = std::move(second);
    expect(first && !second);
    std::swap(first, second);
    expect(!first && second);
    Stream *raw = second.release();
    expect(!second && destroyed == 0);
    second.reset(raw);
    second.reset();
    expect(destroyed == 1);
}

void check_memory()
{
    /* More than the heap has, if delete gave nothing back. */
    for (int i = 0; i < 100000; ++i) {
        auto *numbers = static_cast<uint8_t *>(operator new(128));
        numbers[127] = 1;
        operator delete(numbers);
    }
    uint64_t place[2] = {0, 0};
    auto *bytes = new (place) uint8_t[sizeof(place)];
    memset(bytes, 0xff, sizeof(place));
    expect(place[1] == UINT64_MAX && marked.mark == MARK && lazily_marked().mark == MARK);
}

} // namespace

extern "C" microtvm_rpc_server_t MicroTVMRpcServerInit(microtvm_rpc_channel_write_t write_func,
                                                       void *write_func_ctx)
{
    alignas(Server) static uint8_t memory[sizeof(Server)];
    check_ownership(write_func, write_func_ctx);
    check_memory();
#ifdef CALL_PURE_VIRTUAL
    __cxa_pure_virtual();
#endif
    std::unique_ptr<Stream> stream(new ChannelStream(write_func, write_func_ctx));
    auto *server = new (memory) Server(std::move(stream));
    server->Start();
    return server;
}

extern "C" tvm_crt_error_t MicroTVMRpcServerLoop(microtvm_rpc_server_t server, uint8_t **new_data,
                                                 size_t *new_data_size_bytes)
{
    return static_cast<Server *>(server)->Loop(new_data, new_data_size_bytes);
}
