//===- LockPicture.h - The lock graph, drawn --------------------*- C++ -*-===//
//
// Nodes are locks, an arrow from A to B says that B is locked somewhere while A
// is held. What a reader must see first is what stands out: arrows of a circle
// are red and thick, a web (checks/web/Web.h) has a box around it with its
// score, leaf locks are grey.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_REPORT_LOCKPICTURE_H
#define RUNNEL_TOOL_REPORT_LOCKPICTURE_H

#include "checks/ir/Source.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace runnel::analysis {
class Facts;
}

namespace runnel::tool {

struct LockPicture {
  struct Node {
    std::string Owner, Lock; ///< "Store", "mu_"; Owner is empty for globals
    std::string Where;
    ir::Range At; ///< where it is declared; may be none
    bool OnCycle = false;
    bool Leaf = false;
    int Web = -1; ///< into Webs
  };
  /// One place where the second lock is wanted while the first is held.
  struct Witness {
    std::string Function; ///< "Store::put"
    ir::Range Held;       ///< where the first was locked
    ir::Range Acquired;   ///< the lock of the second, or the call that leads on
  };
  struct Arrow {
    unsigned From = 0, To = 0;
    bool OnCycle = false;
    unsigned Places = 0;
    bool More = false;         ///< there are more places than were kept
    std::string Example;       ///< "Store::put (store.cpp:12)"
    std::vector<Witness> Kept; ///< in order
  };
  struct Web {
    unsigned Score = 0;
    bool Cycle = false;
  };
  std::vector<Node> Nodes; ///< by owner and lock
  std::vector<Arrow> Arrows;
  std::vector<Web> Webs;

  /// \p TroubleOnly leaves out what is on no circle and in no web.
  static LockPicture of(const analysis::Facts &F, bool TroubleOnly);

  /// \p Links: for a page that has an element `lock-N` for every node and
  /// `order-N` for every arrow, to which the drawing then leads.
  void writeDot(llvm::raw_ostream &OS, bool Links = false) const;
  void writeMermaid(llvm::raw_ostream &OS) const;
  /// Through graphviz's `dot`, which must be installed.
  llvm::Expected<std::string> toSvg(bool Links = false) const;
};

} // namespace runnel::tool

#endif
