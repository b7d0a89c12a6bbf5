/* Each project option does what it says: on real firmware, through the API or `run`. (Which values
 * are refused, and in which words, is test_options' and the transcripts' business; icount is
 * test_standalone's.) */
#include "base/cleanup.h"
#include "base/file.h"
#include "e2e/api_client.h"
#include "e2e/digits.h"
#include "e2e/run_program.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { TEST_TIMEOUT_S = 300, PROJECT_FILE_MAX_BYTES = 100 * 1024 * 1024 };

static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";
static struct error err;
static char project[256];

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)

static void setup(void)
{
    scratch_make();
    snprintf(project, sizeof(project), "%s", scratch_path("project"));
    ck_assert_int_eq(setenv("TMPDIR", scratch_path("."), 1), 0);
}

/* `run` on the digits with these options in front of the project's; its exit code. */
static int run_with(const char *const *options)
{
    const char *arguments[40] = {"run",     DIGITS_ARCHIVE, "--board",  "qemu_cortex_m3",
                                 "--input", DIGITS_IMAGES,  "--expect", DIGITS_EXPECTED,
                                 "--keep",  project,        "-v"};
    int count = 11;
    for (; *options; options++) {
        arguments[count++] = "--option";
        arguments[count++] = *options;
    }
    return program_run_list(arguments);
}

#define RUN(...) run_with((const char *const[]){__VA_ARGS__, NULL})

static bool project_says(const char *file, const char *text)
{
    cleanup_free char *path = file_path("%s/%s", project, file);
    cleanup_free char *content = NULL;
    ASSERT_GOOD(file_read(path, PROJECT_FILE_MAX_BYTES, &content, NULL, &err));
    return strstr(content, text) != NULL;
}

/* An archive for extra_files_tar with one source whose constructor runs at the firmware's start. */
static const char *extra_tar(const char *name, const char *source)
{
    static char option[512];
    const char *path = scratch_path("extra.tar");
    FILE *tar = tar_create(path);
    tar_text(tar, name, source);
    tar_text(tar, "include/probe.h", "#include <stdio.h>\n#define BASE 40\nvoid probe(void);\n");
    tar_end(tar);
    snprintf(option, sizeof(option), "extra_files_tar=%s", path);
    return option;
}

static const char PROBE[] = "#include <probe.h>\n"
                            "__attribute__((constructor)) void probe(void)\n"
                            "{ printf(\"probe says %d\\n\", BASE + ADDED - MINUS); }\n";

/* The sources of an archive are compiled, with the headers and the macros of their user. */
START_TEST(extra_files_tar_and_compile_definitions)
{
    ck_assert_int_eq(
        RUN(extra_tar("src/deep/probe.c", PROBE), "compile_definitions=ADDED=3 -DMINUS=1"), 0);
    ASSERT_PRINTED("probe says 42");
}
END_TEST

START_TEST(extra_sources_in_cxx)
{
    static const char SOURCE[] = "extern \"C\" {\n#include <probe.h>\n}\n"
                                 "struct probe_object { int n; probe_object() : n(BASE)\n"
                                 "{ printf(\"probe says %d\\n\", n + 2); } } object;\n";
    ck_assert_int_eq(RUN(extra_tar("src/probe.cc", SOURCE)), 0);
    ASSERT_PRINTED("probe says 42");
}
END_TEST

/* Of a stand-in for CMSIS-NN, what the firmware calls is built, and it runs. */
START_TEST(cmsis_path)
{
    static const char SOURCE[] = "#include <arm_nnfunctions.h>\n#include <probe.h>\n"
                                 "__attribute__((constructor)) void probe(void)\n"
                                 "{ printf(\"probe says %d\\n\", arm_first(BASE)); }\n";
    static const char *const FILES[][2] = {
        {"cmsis/CMSIS-NN/Include/arm_nnfunctions.h",
         "int arm_first(int a);\nint arm_second(int);\n"},
        {"cmsis/CMSIS-NN/Source/F/arm_first.c",
         "#include \"arm_nnfunctions.h\"\nint arm_first(int a) { return arm_second(a); }\n"},
        {"cmsis/CMSIS-NN/Source/S/arm_second.c", "int arm_second(int a) { return a + 2; }\n"},
        {"cmsis/CMSIS-NN/Source/S/arm_third.c", "#error not called by anybody\n"},
    };
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
        scratch_write(FILES[i][0], FILES[i][1]);
    char option[512];
    snprintf(option, sizeof(option), "cmsis_path=%s", scratch_path("cmsis"));
    ck_assert_int_eq(RUN(extra_tar("probe.c", SOURCE), option), 0);
    ASSERT_PRINTED("probe says 42");
    ck_assert(project_says("build/compile_commands.json", "arm_second.c"));
    ck_assert(!project_says("build/compile_commands.json", "arm_third.c"));
}
END_TEST

START_TEST(warning_as_error)
{
    static const char SOURCE[] = "static int unused;\n";
    ck_assert_int_eq(RUN(extra_tar("src/w.c", SOURCE), "warning_as_error=false"), 0);
    ASSERT_PRINTED("unused");
    ASSERT_GOOD(file_remove_tree(project, &err));
    ck_assert_int_eq(RUN(extra_tar("src/w.c", SOURCE), "warning_as_error=true"), 4);
    ASSERT_PRINTED("src/w.c:1");
    ASSERT_PRINTED("unused");
}
END_TEST

START_TEST(optimization)
{
    ck_assert_int_eq(RUN("optimization=s"), 0);
    ck_assert(project_says("build/compile_commands.json", " -Os "));
    ck_assert(!project_says("build/compile_commands.json", " -O2 "));
}
END_TEST

/* The address of a symbol of the linker script. */
static long address_of(const char *symbol)
{
    cleanup_free char *elf = file_path("%s/build/firmware.elf", project);
    const char *argv[] = {"arm-none-eabi-nm", elf, NULL};
    ck_assert_int_eq(program_run_other(argv), 0);
    char *at = strstr(program_output, symbol);
    ck_assert_ptr_nonnull(at);
    while (at > program_output && at[-1] != '\n')
        at--;
    return strtol(at, NULL, 16);
}

START_TEST(config_main_stack_size)
{
    ck_assert_int_eq(RUN("config_main_stack_size=12288"), 0);
    ck_assert_int_eq(address_of(" layout_stack_top") - address_of(" layout_stack_bottom"), 12288);
    ASSERT_GOOD(file_remove_tree(project, &err));
    ck_assert_int_eq(RUN("config_main_stack_size=96"), 5);
    ASSERT_PRINTED("raise config_main_stack_size");
}
END_TEST

START_TEST(workspace_size_bytes)
{
    ck_assert_int_eq(RUN("workspace_size_bytes=0x6000"), 0);
    ck_assert_int_eq(address_of(" layout_heap_end") - address_of(" layout_heap_start"), 0x6000);
    ASSERT_GOOD(file_remove_tree(project, &err));
    ck_assert_int_eq(RUN("workspace_size_bytes=1024"), 4);
    ASSERT_PRINTED("workspace_size_bytes=1024: model \"default\" needs a heap of ");
}
END_TEST

START_TEST(verbose)
{
    ck_assert_int_eq(program_run("run", DIGITS_ARCHIVE, "--board", "qemu_cortex_m3", "--input",
                                 DIGITS_IMAGES, "--option", "verbose=true", NULL),
                     0);
    ASSERT_PRINTED("Linking C executable firmware.elf");
    ck_assert_int_eq(program_run("run", DIGITS_ARCHIVE, "--board", "qemu_cortex_m3", "--input",
                                 DIGITS_IMAGES, "--option", "verbose=0", NULL),
                     0);
    ck_assert_ptr_null(strstr(program_output, "Linking C executable"));
}
END_TEST

START_TEST(serial_number)
{
    ck_assert_int_eq(RUN("serial_number=board-7"), 0);
    ASSERT_PRINTED("serial number board-7");
    ASSERT_GOOD(file_remove_tree(project, &err));
    ck_assert_int_eq(RUN("serial_number=7"), 0);
    ASSERT_PRINTED("serial number 7");
}
END_TEST

START_TEST(qemu_args)
{
    char option[512];
    struct stat status;
    snprintf(option, sizeof(option), "qemu_args=-d cpu_reset -D %s", scratch_path("qemu.log"));
    ck_assert_int_eq(RUN(option), 0);
    ck_assert_int_eq(stat(scratch_path("qemu.log"), &status), 0);
    ck_assert_int_gt(status.st_size, 0);
    ASSERT_GOOD(file_remove_tree(project, &err));
    ck_assert_int_eq(RUN("qemu_args=-no-such-argument"), 5);
    ASSERT_PRINTED("-no-such-argument");
}
END_TEST

static void generate(struct api_client *client, const char *crt_dir, const char *options)
{
    cJSON *params = api_options(options);
    cJSON_AddStringToObject(params, "model_library_format_path", DIGITS_ARCHIVE);
    cJSON_AddStringToObject(params, "standalone_crt_dir", crt_dir);
    cJSON_AddStringToObject(params, "project_dir", project);
    ASSERT_GOOD(api_start(TEMPLATE, client, &err));
    ASSERT_GOOD(api_call(client, "generate_project", params, &err));
    ck_assert_int_eq(api_stop(client), 0);
}

/* As clients up to 0.10 name it, with the list form of compile_definitions, and null for the rest
 * as clients from 0.12 on send it. */
START_TEST(zephyr_board)
{
    struct api_client client;
    generate(&client, "",
             "{\"zephyr_board\": \"qemu_riscv32\", \"compile_definitions\": [\"-DA=1\", \"B\"], "
             "\"cmsis_path\": null, \"icount\": null, \"verbose\": null, \"board\": null}");
    ck_assert(project_says("board.json", "\"qemu_riscv32\""));
    ASSERT_GOOD(api_start(project, &client, &err));
    ASSERT_GOOD(
        api_call(&client, "build", api_options("{\"zephyr_board\": \"qemu_riscv32\"}"), &err));
    ck_assert(project_says("build/compile_commands.json", "-DA=1 -DB"));
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

START_TEST(crt)
{
    struct api_client client;
    const char *own = SOURCE_DIR "/guest/crt";
    generate(&client, own, "{\"board\": \"mps2_an385\"}");
    ck_assert(project_says("project.json", "\"given\""));
    ASSERT_GOOD(file_remove_tree(project, &err));
    generate(&client, own, "{\"board\": \"mps2_an385\", \"crt\": \"bundled\"}");
    ck_assert(project_says("project.json", "\"bundled\""));
}
END_TEST

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    cleanup_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

/* gdb reads a register and finds the source of where the CPU stands, then lets it go on. */
static void ask_gdb(int port)
{
    char target[64];
    cleanup_free char *elf = file_path("%s/build/firmware.elf", project);
    snprintf(target, sizeof(target), "target remote 127.0.0.1:%d", port);
    const char *argv[] = {"gdb-multiarch",
                          "-nx",
                          "-batch",
                          "-ex",
                          "set architecture armv7",
                          "-ex",
                          target,
                          "-ex",
                          "info registers pc",
                          "-ex",
                          "detach",
                          elf,
                          NULL};
    ck_assert_int_eq(program_run_other(argv), 0);
    ASSERT_PRINTED("pc ");
    ck_assert_msg(strstr(program_output, "<uart_read") || strstr(program_output, "<cpu_wait"), "%s",
                  program_output);
}

START_TEST(gdbserver_port)
{
    static const char *const WHICH[] = {"gdb-multiarch", "--version", NULL};
    struct child_options options = {.argv = WHICH, .stdin_fd = -1, .parent_death_signal = SIGTERM};
    struct api_client client;
    char text[96];
    int port = free_port();
    int status;
    if (!child_run(&options, deadline_never(), NULL, NULL, NULL, &status, &err)) {
        printf("SKIP gdbserver_port: %s\n", err.text);
        return;
    }
    snprintf(text, sizeof(text), "{\"board\": \"mps2_an385\", \"gdbserver_port\": \"%d\"}", port);
    generate(&client, "", text);
    ASSERT_GOOD(api_start(project, &client, &err));
    ASSERT_GOOD(api_step(&client, "build", &err));
    ASSERT_GOOD(api_step(&client, "flash", &err));
    ASSERT_GOOD(api_step(&client, "open_transport", &err));
    ask_gdb(port);
    struct link_stream stream = api_stream(&client);
    ASSERT_GOOD(digits_check(&stream, 1, &err));
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("e2e_options");
    TCase *tests = tcase_create("options");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_add_test(tests, extra_files_tar_and_compile_definitions);
    tcase_add_test(tests, extra_sources_in_cxx);
    tcase_add_test(tests, cmsis_path);
    tcase_add_test(tests, warning_as_error);
    tcase_add_test(tests, optimization);
    tcase_add_test(tests, config_main_stack_size);
    tcase_add_test(tests, workspace_size_bytes);
    tcase_add_test(tests, verbose);
    tcase_add_test(tests, serial_number);
    tcase_add_test(tests, qemu_args);
    tcase_add_test(tests, zephyr_board);
    tcase_add_test(tests, crt);
    tcase_add_test(tests, gdbserver_port);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
