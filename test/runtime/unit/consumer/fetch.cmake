# Builds the project that fetches the runtime, and runs it.
# cmake -DROOT=... -DSOURCE=... -DWORK=... -DCOMPILER=... -DLAUNCHER=... -P fetch.cmake
function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}:\n${text}")
  endif()
endfunction()
file(REMOVE_RECURSE ${WORK})
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -DRUNNEL_ROOT=${ROOT} -DCMAKE_CXX_COMPILER=${COMPILER}
     -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
     -DCMAKE_CXX_FLAGS=-O0)
step(${CMAKE_COMMAND} --build ${WORK} --parallel 2)
step(${WORK}/fetches)
