//===- CallGraph.h - Who runs whose code ------------------------*- C++ -*-===//
//
// An edge says that an event of one function may run the body of another, on
// the same thread, before the event is over: direct and virtual calls, lambdas
// and functions handed to something that calls them at once, function objects
// assigned once in the function that calls them. What a Spawn starts is no
// edge. Virtual calls are resolved if the hierarchy is known: the program is
// whole, or the class is final or internal; otherwise the call is open.
//
// Nodes are the functions with a body. Order everywhere is that of the module,
// by symbol, so that nothing depends on the order of translation units.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_CALLGRAPH_H
#define RUNNEL_CHECKS_ANALYSIS_CALLGRAPH_H

#include "checks/analysis/Point.h"
#include "checks/ir/Program.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"

namespace runnel::analysis {

struct CallEdge {
  enum Kind : uint8_t {
    Direct,
    Virtual, ///< one of several overriders
    InPlace, ///< a lambda or function passed to a call that runs it
    Local,   ///< through a variable that holds one known function
  };
  const ir::Function *Caller = nullptr;
  const ir::Function *Callee = nullptr;
  Point At;
  Kind How = Direct;
  /// InPlace: which argument. The parameter of At's own callee that is called,
  /// if that callee is known.
  uint32_t Argument = 0;
};

/// A body that an event starts beside its function.
struct Start {
  const ir::Function *In = nullptr;
  Point At;
  const ir::Function *Body = nullptr;
};

class CallGraph {
public:
  explicit CallGraph(const ir::Program &P);

  llvm::ArrayRef<CallEdge> callees(const ir::Function &F) const;
  llvm::ArrayRef<const CallEdge *> callers(const ir::Function &F) const;
  /// The edges of one event.
  llvm::ArrayRef<CallEdge> callees(const ir::Function &F, Point At) const;
  /// The event calls code that the program does not show or that cannot be
  /// told: an open virtual call, a pointer, a function object.
  bool isOpen(const ir::Function &F, Point At) const;

  /// Every call of \p F is an edge: nothing outside of the program, no pointer
  /// and no thread starts it.
  bool allCallersKnown(const ir::Function &F) const;
  /// Its address is taken, or it is kept as a function object: anything may
  /// call it at any time.
  bool escapes(const ir::Function &F) const;
  /// Started as a thread, goroutine or pool task.
  bool isSpawned(const ir::Function &F) const;
  /// The function that a lambda is part of, around others in between; a lambda
  /// that is started on its own is part of none.
  const ir::Function &enclosing(const ir::Program &P,
                                const ir::Function &F) const;
  /// Every start whose body is known, by function and point.
  llvm::ArrayRef<Start> starts() const { return Starts; }

  /// Callees before callers; members of a component in the module's order.
  llvm::ArrayRef<std::vector<const ir::Function *>> components() const {
    return Components;
  }
  uint32_t componentOf(const ir::Function &F) const;

  uint32_t indexOf(const ir::Function &F) const { return Index.lookup(&F); }
  llvm::ArrayRef<const ir::Function *> functions() const { return Functions; }

private:
  void addEdges(const ir::Program &P, const ir::Function &F);
  void findComponents();

  std::vector<const ir::Function *> Functions;
  llvm::DenseMap<const ir::Function *, uint32_t> Index;
  std::vector<std::vector<CallEdge>> Out; ///< by function, sorted by point
  std::vector<std::vector<const CallEdge *>> In;
  std::vector<std::vector<Point>> Open; ///< sorted
  std::vector<Start> Starts;
  std::vector<bool> Known, Spawned, Escaped;
  std::vector<std::vector<const ir::Function *>> Components;
  std::vector<uint32_t> Component;
};

} // namespace runnel::analysis

#endif
