//===- Growth.cpp - How the analyses grow with the program ----------------===//
//
// Prints the processor time of each analysis over generated programs of N
// functions with locks: analysis-growth 1000 10000 100000. Linear growth shows
// as equal microseconds a function.
//
//===----------------------------------------------------------------------===//

#include "checks/analysis/BeforeThreads.h"
#include "checks/analysis/Facts.h"
#include "checks/analysis/GuardedBy.h"
#include "checks/analysis/LockGraph.h"
#include "checks/analysis/Scope.h"
#include "checks/ir/Serialize.h"

#include <cstdio>
#include <ctime>
#include <string>

using namespace runnel;

/// Classes of ten methods, each locking its own mutex, touching a field under
/// it, and calling a method of another class further down.
static std::string generate(unsigned Functions) {
  std::string Text = "main \"growth.cpp\"\n";
  const unsigned Classes = (Functions + 9) / 10;
  for (unsigned C = 0; C < Classes; ++C) {
    const std::string R = "C" + std::to_string(C);
    Text += "record " + R +
            " behaviour {\n  field mu : m lock private\n"
            "  field n : int scalar private\n";
    const std::string Next = "C" + std::to_string(C + 1 + C % 7);
    if (C + 8 < Classes)
      Text += "  field o : " + Next + " private\n";
    Text += "}\n";
    for (unsigned I = 0; I < 10; ++I) {
      Text += "func " + R + "::f" + std::to_string(I) + " public {\n";
      Text += "a:\n  guard.begin local g (this.mu)\n  access this.n write\n"
              "  while opaque \"c\" -> b, c\n"
              "b:\n  access this.n read\n";
      if (C + 8 < Classes)
        Text += "  call " + Next + "::f" + std::to_string((I + 3) % 10) +
                " on this.o\n";
      Text += "  goto a2\na2:\n  if opaque \"d\" -> d, c\n"
              "d:\n  call write as \"write\" system\n  goto c\n"
              "c:\n  guard.end local g implicit\n  leave\n}\n";
    }
  }
  return Text;
}

/// Milliseconds of processor time since the last lap.
static double lap(std::clock_t &Last) {
  const std::clock_t Now = std::clock();
  const double Seconds = double(Now - Last) / CLOCKS_PER_SEC;
  Last = Now;
  return Seconds * 1e3;
}

int main(int Argc, char **Argv) {
  std::printf("%10s %9s %9s %9s %9s %9s %9s %12s\n", "functions", "calls ms",
              "sums ms", "graph ms", "cycles", "guards", "scopes",
              "us/function");
  for (int A = 1; A < Argc; ++A) {
    const unsigned N = std::stoul(Argv[A]);
    auto M = ir::readText(generate(N), "growth");
    if (!M) {
      std::fprintf(stderr, "%s\n", toString(M.takeError()).c_str());
      return 1;
    }
    const ir::Program P(std::move(*M), true);
    const analysis::Facts F(P);
    std::clock_t Last = std::clock();
    F.callGraph();
    const double Calls = lap(Last);
    F.summaries();
    const double Sums = lap(Last);
    F.lockGraph();
    const double Graph = lap(Last);
    F.lockGraph().cycles();
    const double Cycles = lap(Last);
    F.guardedBy();
    const double Guards = lap(Last);
    for (const ir::Function *Fn : F.callGraph().functions())
      F.sections(*Fn);
    const double Scopes = lap(Last);
    std::printf("%10u %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f %12.2f\n", N, Calls,
                Sums, Graph, Cycles, Guards, Scopes,
                (Calls + Sums + Graph + Cycles + Guards + Scopes) * 1e3 / N);
  }
}
