# The manual page, what it has no room for, and what shells complete a command line with.
set(DOC ${PROJECT_SOURCE_DIR}/server/doc)
install(FILES ${DOC}/microtvm-qemu.1 DESTINATION share/man/man1)
install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${DOC}/boards.schema.json
              ${DOC}/doctor.schema.json ${DOC}/regress.schema.json ${DOC}/rpc-server.md
              ${DOC}/run.md ${DOC}/run.schema.json ${DOC}/suite.schema.json
        DESTINATION share/doc/microtvm-qemu)
install(FILES ${DOC}/completion.bash DESTINATION share/bash-completion/completions
        RENAME microtvm-qemu)
# Debian's zsh looks elsewhere for what comes below /usr, as a package does.
install(CODE [[
set(zsh_functions share/zsh/site-functions)
if(CMAKE_INSTALL_PREFIX MATCHES "/usr$" AND EXISTS /etc/debian_version)
  set(zsh_functions share/zsh/vendor-completions)
endif()]])
install(FILES ${DOC}/completion.zsh DESTINATION "\${zsh_functions}" RENAME _microtvm-qemu)
