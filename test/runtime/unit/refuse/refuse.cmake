# Compiles SOURCE, which must fail with the text that its first line names after "refused: ".
# cmake -DCOMPILER=... -DINCLUDE=... -DSOURCE=... -P refuse.cmake
file(STRINGS ${SOURCE} first LIMIT_COUNT 1)
string(REGEX REPLACE "^// refused: " "" expected "${first}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${INCLUDE} ${SOURCE}
                RESULT_VARIABLE status ERROR_VARIABLE text)
if(status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must not")
endif()
string(FIND "${text}" "${expected}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "${SOURCE} is refused without saying \"${expected}\":\n${text}")
endif()
# And the same file without the offending lines is fine.
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DALLOWED -I${INCLUDE} ${SOURCE}
                RESULT_VARIABLE status ERROR_VARIABLE text)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${SOURCE} does not compile without the offending lines:\n${text}")
endif()
