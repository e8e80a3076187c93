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
    bool OnCycle = false;
    bool Leaf = false;
    int Web = -1; ///< into Webs
  };
  struct Arrow {
    unsigned From = 0, To = 0;
    bool OnCycle = false;
    unsigned Places = 0;
    bool More = false;   ///< there are more places than were kept
    std::string Example; ///< "Store::put (store.cpp:12)"
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

  void writeDot(llvm::raw_ostream &OS) const;
  void writeMermaid(llvm::raw_ostream &OS) const;
  /// Through graphviz's `dot`, which must be installed.
  llvm::Expected<std::string> toSvg() const;
  /// One page that needs nothing else: the picture and its arrows as a table.
  llvm::Error writeHtml(llvm::raw_ostream &OS) const;
};

} // namespace runnel::tool

#endif
