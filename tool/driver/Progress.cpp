//===- Progress.cpp - One line on a terminal ------------------------------===//

#include "tool/driver/Progress.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace runnel::tool {

bool stderrIsTerminal() {
  const char *Term = std::getenv("TERM");
  return ::isatty(2) && !(Term && llvm::StringRef(Term) == "dumb");
}

bool stdoutIsTerminal() { return ::isatty(1); }

Progress::Progress(bool On, size_t Total)
    : On(On && Total > 1), Total(Total),
      Begin(std::chrono::steady_clock::now()) {}

void Progress::done(llvm::StringRef Name) {
  ++Count;
  Last = Name.str();
  tick();
}

void Progress::tick() {
  if (!On)
    return;
  auto Now = std::chrono::steady_clock::now();
  if (Drawn && Now - LastDraw < std::chrono::milliseconds(100))
    return;
  LastDraw = Now;
  draw();
}

void Progress::draw() {
  std::string Line;
  llvm::raw_string_ostream OS(Line);
  const int Width = std::to_string(Total).size();
  OS << '[' << llvm::format("%*zu", Width, Count) << '/' << Total << ']';
  const double Spent = std::chrono::duration<double>(LastDraw - Begin).count();
  // A guess from the first files of many would jump about.
  if (Count >= 3 && Spent > 1) {
    unsigned Left = unsigned(Spent / Count * (Total - Count) + 0.5);
    if (Left >= 90)
      OS << ' ' << (Left + 30) / 60 << " min left";
    else
      OS << ' ' << Left << " s left";
  }
  OS << "  " << Last;
  winsize Size = {};
  unsigned Columns = 80;
  if (::ioctl(2, TIOCGWINSZ, &Size) == 0 && Size.ws_col)
    Columns = Size.ws_col;
  if (Line.size() >= Columns)
    Line.resize(Columns - 1);
  llvm::errs() << "\r\x1b[K" << Line;
  llvm::errs().flush();
  Drawn = true;
}

void Progress::clear() {
  if (!Drawn)
    return;
  llvm::errs() << "\r\x1b[K";
  llvm::errs().flush();
  Drawn = false;
}

} // namespace runnel::tool
