# Builds the runtime as a shared library, with goroutines that keep their floating-point control
# words; installs it, and builds and runs two programs that find it, by CMake and by pkg-config.
# cmake -DROOT=... -DSOURCE=... -DWORK=... -DCOMPILER=... -DLAUNCHER=... -P shared.cmake
function(step)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}:\n${text}")
  endif()
endfunction()
file(REMOVE_RECURSE ${WORK})
step(${CMAKE_COMMAND} -S ${ROOT} -B ${WORK}/runnel -DCMAKE_CXX_COMPILER=${COMPILER}
     -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
     -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DRUNNEL_KEEP_FP_CONTROL=ON
     -DRUNNEL_BUILD_CHECKER=OFF -DRUNNEL_BUILD_TESTS=OFF)
step(${CMAKE_COMMAND} --build ${WORK}/runnel --parallel 2)
step(${CMAKE_COMMAND} --install ${WORK}/runnel --prefix ${WORK}/prefix)
file(GLOB library ${WORK}/prefix/lib*/librunnel-runtime.so ${WORK}/prefix/lib/*/librunnel-runtime.so)
if(NOT library)
  message(FATAL_ERROR "no shared library was installed")
endif()
cmake_path(GET library PARENT_PATH folder)
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix
     -DCMAKE_CXX_COMPILER=${COMPILER} -DWITH_FP_CONTROL=ON)
step(${CMAKE_COMMAND} --build ${WORK}/build)
step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${folder} ${WORK}/build/consumer)
step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${folder} ${WORK}/build/fp-control)
find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${folder}/pkgconfig
                          ${PKG_CONFIG} --define-variable=prefix=${WORK}/prefix --cflags --libs runnel
                  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "pkg-config does not know runnel")
  endif()
  separate_arguments(flags)
  step(${COMPILER} -std=c++20 ${SOURCE}/main.cpp ${flags} -o ${WORK}/by-pkg-config)
  step(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${folder} ${WORK}/by-pkg-config)
endif()
# It really is the shared one that ran: without it nothing starts.
file(RENAME ${folder} ${folder}-away)
execute_process(COMMAND ${WORK}/build/consumer RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
if(status EQUAL 0)
  message(FATAL_ERROR "the program does not need the shared library")
endif()
