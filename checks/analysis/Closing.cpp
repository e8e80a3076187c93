//===- Closing.cpp - Operations on a channel that is closed already -------===//

#include "checks/analysis/Closing.h"

#include "llvm/ADT/STLExtras.h"

#include <vector>

namespace runnel::analysis {

/// One channel for sure: no element of a container, no unknown.
static bool isOne(const ir::Place &P) {
  return P.Root != ir::Place::Unknown &&
         llvm::none_of(P.Path, [](const ir::Step &S) {
           return S.How == ir::Step::Index;
         });
}

std::vector<AfterClose> afterClose(const ir::Function &F, EventTest Wanted) {
  std::vector<AfterClose> Out;
  forEachEvent(F, [&](Point At, const ir::Event &Close) {
    if (Close.What != ir::Op::Close || Close.Subject == ir::NoPlace ||
        !isOne(F.place(Close.Subject)))
      return;
    ir::PlaceId Channel = Close.Subject;
    // From here on the name stands for another channel.
    auto Renamed = [&](const ir::Event &E) {
      return (E.What == ir::Op::Assign || E.What == ir::Op::MakeChannel ||
              E.What == ir::Op::Declare || E.What == ir::Op::ScopeEnd) &&
             E.Subject == Channel;
    };
    auto Same = [&](const ir::Event &E) {
      return E.Subject == Channel && Wanted(E);
    };
    auto Then = nextAfter(F, At, Same, Renamed);
    if (!Then)
      return;
    const ir::Event *Second = &eventAt(F, *Then);
    // A close in a loop that comes round to itself is sure enough unless it
    // leaves at once.
    auto IsSecond = [&](const ir::Event &E) {
      return E.What == Second->What && &E == Second;
    };
    bool Inevitable = !reachesEnd(
        F, At, [&](const ir::Event &E) { return IsSecond(E) || Renamed(E); });
    bool AlwaysAfter =
        !nextAfter(F, {0, ~0u}, IsSecond,
                   [&](const ir::Event &E) { return &E == &Close; }) &&
        Second != &Close;
    if (Inevitable || AlwaysAfter)
      Out.push_back({At, *Then});
  });
  return Out;
}

} // namespace runnel::analysis
