/* The subcommands of microtvm-qemu. argv[0] is the command's name ("run"), its arguments follow.
 * Each returns the program's exit code (commands/exit_code.h). */
#ifndef MICROTVM_QEMU_COMMANDS_COMMANDS_H
#define MICROTVM_QEMU_COMMANDS_COMMANDS_H

int command_serve(int argc, char **argv);
int command_run(int argc, char **argv);
int command_regress(int argc, char **argv);
int command_boards(int argc, char **argv);
int command_rpc_server(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_template_dir(int argc, char **argv);

#endif
