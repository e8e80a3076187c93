# Writes OUT: a C++ file that holds every check's page, by the check's name.
set(text "// Generated from the checks' pages.\n#include \"checks/Check.h\"\n\nnamespace runnel {\n\nllvm::StringRef checkPage([[maybe_unused]] llvm::StringRef Name) {\n")
foreach(page ${PAGES})
  get_filename_component(name ${page} NAME_WE)
  file(READ ${page} content)
  string(APPEND text "  if (Name == \"runnel-${name}\")\n    return R\"RUNNEL_PAGE(${content})RUNNEL_PAGE\";\n")
endforeach()
string(APPEND text "  return {};\n}\n\n} // namespace runnel\n")
file(WRITE ${OUT} "${text}")
