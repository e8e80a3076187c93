# Writes the manual pages and the completions of RUNNEL into OUT, laid out as
# they are installed below share/. The program itself makes them.
function(write_output file)
  execute_process(COMMAND ${RUNNEL} ${ARGN} OUTPUT_FILE ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT}/man/man1 ${OUT}/bash-completion/completions
     ${OUT}/zsh/vendor-completions ${OUT}/fish/vendor_completions.d)
execute_process(COMMAND ${RUNNEL} man --list OUTPUT_VARIABLE pages COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${pages}" pages)
string(REPLACE "\n" ";" pages "${pages}")
foreach(page ${pages})
  write_output(${OUT}/man/man1/${page}.1 man ${page})
  if(GZIP)
    # Without name and time: the same page is the same bytes.
    execute_process(COMMAND ${GZIP} -9nf ${OUT}/man/man1/${page}.1 COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
write_output(${OUT}/bash-completion/completions/runnel completion bash)
write_output(${OUT}/zsh/vendor-completions/_runnel completion zsh)
write_output(${OUT}/fish/vendor_completions.d/runnel.fish completion fish)
file(TOUCH ${OUT}/stamp)
