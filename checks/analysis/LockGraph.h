//===- LockGraph.h - Which lock is acquired while which is held -*- C++ -*-===//
//
// Nodes are lock classes; an edge A -> B says that somewhere B is acquired, in
// a function or anything it calls, while A is surely held by that function. An
// edge keeps its witnesses: where A was acquired, where B is, and the calls
// between. Instances matter: taking the same lock of the same object again is
// not an edge but a Reentry; the same class of a provably other object is an
// edge from a class to itself, marked OtherObject.
//
// Left out: acquisitions by try_lock or with deadlock avoidance (they cannot
// wait while holding), both sides shared, locks ordered by address, code that
// runs only before the first thread starts, locks nobody else can see (locals).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_LOCKGRAPH_H
#define RUNNEL_CHECKS_ANALYSIS_LOCKGRAPH_H

#include "checks/analysis/Summaries.h"

namespace runnel::analysis {

class BeforeThreads;

struct LockWitness {
  const ir::Function *In = nullptr; ///< holds the first, and gets the second
  Point Held;                       ///< where the first was acquired
  Point Acquired;          ///< the event or call that acquires the second
  ir::Place First, Second; ///< in In's terms
  bool FirstShared = false, SecondShared = false;
  /// What else is surely held then, sorted.
  std::vector<LockClass> Gates;
  Effect How; ///< for Summaries::trace(*In, How)
};

struct LockEdge {
  enum Instance : uint8_t {
    OtherClass,
    OtherObject, ///< same class, under another name: another object, unless
                 ///< two names are given the same one
    MaybeSame,   ///< same class, cannot be told
  };
  uint32_t From = 0, To = 0; ///< into LockGraph::nodes()
  Instance How = OtherClass;
  std::vector<LockWitness> Witnesses; ///< in order, at most MaxWitnesses
};

/// The same lock of the same object is acquired while it is held.
struct Reentry {
  LockClass Lock;
  bool Recursive = false; ///< the lock allows it
  LockWitness How;
};

class LockGraph {
public:
  static constexpr unsigned MaxWitnesses = 4;
  static constexpr unsigned MaxCycles = 100;

  LockGraph(const Summaries &S, const BeforeThreads &B);

  llvm::ArrayRef<LockClass> nodes() const { return Nodes; }
  llvm::ArrayRef<LockEdge> edges() const { return Edges; }
  llvm::ArrayRef<Reentry> reentries() const { return Reentries; }
  std::optional<uint32_t> nodeOf(const LockClass &C) const;
  /// The edges that start at a node, as indices into edges().
  llvm::ArrayRef<uint32_t> out(uint32_t Node) const { return Out[Node]; }

  /// Elementary cycles of different classes, as edge indices; each starts at
  /// its smallest node; shortest first, at most MaxCycles. A cycle all of whose
  /// edges need one common lock (a gate) is no cycle.
  std::vector<std::vector<uint32_t>> cycles() const;
  /// Weakly connected components of more than one node, nodes ascending.
  std::vector<std::vector<uint32_t>> components() const;

private:
  std::vector<LockClass> Nodes; ///< sorted
  std::vector<LockEdge> Edges;  ///< sorted by From, To
  std::vector<std::vector<uint32_t>> Out;
  std::vector<Reentry> Reentries;
};

} // namespace runnel::analysis

#endif
