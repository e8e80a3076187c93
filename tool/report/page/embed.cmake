# Writes OUT: a C++ file that holds style and script of the report's page.
file(READ ${FROM}/page.css style)
file(READ ${FROM}/page.js script)
file(WRITE ${OUT} "// Generated from page.css and page.js.
#include \"tool/report/HtmlLocks.h\"

namespace runnel::tool {

llvm::StringRef pageStyle() { return R\"RUNNEL_PAGE(${style})RUNNEL_PAGE\"; }
llvm::StringRef pageScript() { return R\"RUNNEL_PAGE(${script})RUNNEL_PAGE\"; }

} // namespace runnel::tool
")
