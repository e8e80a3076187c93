# Installs the runtime into a fresh prefix, builds the consumer and all examples against it with
# CMake, the consumer with pkg-config too, and runs it.
# cmake -DBUILD=... -DSOURCE=... -DEXAMPLES=... -DWORK=... -DCOMPILER=... -DLAUNCHER=... -P consume.cmake
function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}:\n${text}")
  endif()
endfunction()
file(REMOVE_RECURSE ${WORK})
step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
     -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
     -DWITH_EXAMPLES=${EXAMPLES})
step(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${WORK}/prefix/lib ${WORK}/build/consumer)
find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${WORK}/prefix/lib/pkgconfig
                          ${PKG_CONFIG} --define-variable=prefix=${WORK}/prefix --cflags --libs runnel
                  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "pkg-config does not know runnel")
  endif()
  separate_arguments(flags)
  step(${COMPILER} -std=c++20 ${SOURCE}/main.cpp ${flags} -o ${WORK}/by-pkg-config)
  step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${WORK}/prefix/lib ${WORK}/by-pkg-config)
endif()
