# Builds the project that fetches the runtime, static and shared, and runs it.
# cmake -DROOT=... -DSOURCE=... -DWORK=... -DCOMPILER=... -DLAUNCHER=... -P fetch.cmake
function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}:\n${text}")
  endif()
endfunction()
file(REMOVE_RECURSE ${WORK})
foreach(shared OFF ON)
  step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/${shared} -DRUNNEL_ROOT=${ROOT}
       -DBUILD_SHARED_LIBS=${shared} -DCMAKE_CXX_COMPILER=${COMPILER}
       -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_FLAGS=-O0)
  step(${CMAKE_COMMAND} --build ${WORK}/${shared} --parallel 2)
  step(${WORK}/${shared}/fetches)
endforeach()
