# Builds the runtime for aarch64 and runs the contract's page under qemu-user.
# cmake -DSOURCE=... -DWORK=... -DCOMPILER=... -DEMULATOR=... -P cross.cmake
function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}:\n${text}")
  endif()
endfunction()
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -DCMAKE_SYSTEM_NAME=Linux
     -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_BUILD_TYPE=None
     -DCMAKE_CXX_FLAGS=-O1)
step(${CMAKE_COMMAND} --build ${WORK})
foreach(round RANGE 3)
  step(${EMULATOR} ${WORK}/embedded)
endforeach()
