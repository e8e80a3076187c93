//===- Progress.h - One line on a terminal ----------------------*- C++ -*-===//
//
// `[ 12/600] 34 s left  src/store.cpp`, rewritten in place, erased at the end.
// Nothing at all where stderr is no terminal.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_PROGRESS_H
#define RUNNEL_TOOL_DRIVER_PROGRESS_H

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>

namespace runnel::tool {

class Progress {
public:
  Progress(bool On, size_t Total);
  ~Progress() { clear(); }
  void done(llvm::StringRef Name);
  void tick();
  void clear();

private:
  void draw();
  const bool On;
  const size_t Total;
  size_t Count = 0;
  std::string Last;
  bool Drawn = false;
  std::chrono::steady_clock::time_point Begin, LastDraw;
};

bool stderrIsTerminal();
bool stdoutIsTerminal();

} // namespace runnel::tool

#endif
