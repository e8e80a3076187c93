# find_package(runnel-check): the checker as a part of a CMake build.
#
#   find_package(runnel-check REQUIRED)
#   runnel_check(server)                      # the target `check-server`
#   runnel_check(server ALL TEST LEVEL strict BASELINE .runnel-baseline.json)
#
# runnel_check(<target> [ALL] [TEST] [LEVEL <level>] [CHECKS <globs>]
#              [BASELINE <file>] [OPTIONS <option>...])
#
# Adds a target `check-<target>` that checks the C++ sources of <target> as they
# are compiled, after <target> is built (headers may be generated). ALL: the
# default build checks too. TEST: `ctest` does, as the test
# `runnel.<target>`. Findings fail it. OPTIONS go to `runnel check` as they are.
# Unchanged sources cost milliseconds: `runnel` caches what it parsed.
#
# Works with the Ninja and Makefile generators, which alone write compile
# databases.
find_program(RUNNEL_EXECUTABLE runnel
             HINTS "${CMAKE_CURRENT_LIST_DIR}/../../../bin" "${CMAKE_CURRENT_LIST_DIR}/../../../../bin"
             DOC "The runnel checker")
if(NOT RUNNEL_EXECUTABLE)
  set(runnel-check_FOUND FALSE)
  set(runnel-check_NOT_FOUND_MESSAGE "the program 'runnel' is nowhere to be found")
  return()
endif()

function(runnel_check target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ALL;TEST" "LEVEL;CHECKS;BASELINE" "OPTIONS")
  if(NOT TARGET ${target})
    message(FATAL_ERROR "runnel_check: '${target}' is no target")
  endif()
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "runnel_check(${target}): what is '${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}'?")
  endif()
  if(NOT CMAKE_GENERATOR MATCHES "Ninja|Makefiles")
    message(WARNING "runnel_check(${target}): ${CMAKE_GENERATOR} writes no compile database; nothing is checked")
    return()
  endif()
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(aliased)
    set(target ${aliased})
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_COMPILE_COMMANDS ON)
  set(options -p "${CMAKE_BINARY_DIR}" ${arg_OPTIONS})
  if(arg_LEVEL)
    list(APPEND options "--level=${arg_LEVEL}")
  endif()
  if(arg_CHECKS)
    list(APPEND options "--checks=${arg_CHECKS}")
  endif()
  if(arg_BASELINE)
    get_filename_component(baseline "${arg_BASELINE}" ABSOLUTE)
    list(APPEND options "--baseline=${baseline}")
  endif()
  # Relative sources are relative to the target's own folder.
  get_target_property(folder ${target} SOURCE_DIR)
  set(sources "$<FILTER:$<TARGET_PROPERTY:${target},SOURCES>,INCLUDE,\\.(c|cc|cpp|cxx|c\\+\\+|C|ixx|cppm)$>")
  if(arg_ALL)
    set(all ALL)
  endif()
  add_custom_target(check-${target} ${all}
    COMMAND "${RUNNEL_EXECUTABLE}" check ${options} "${sources}"
    WORKING_DIRECTORY "${folder}" COMMENT "Checking ${target}"
    COMMAND_EXPAND_LISTS VERBATIM)
  add_dependencies(check-${target} ${target})
  if(arg_TEST)
    # Built by its own target: a test's command cannot hold a list of files.
    add_test(NAME runnel.${target}
             COMMAND "${CMAKE_COMMAND}" --build "${CMAKE_BINARY_DIR}" --target check-${target})
  endif()
endfunction()
