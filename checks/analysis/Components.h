//===- Components.h - Strongly connected components -------------*- C++ -*-===//
//
// Of a graph of numbered nodes. R. Tarjan, "Depth-first search and linear graph
// algorithms" (1972), with the recursion on a stack of its own: call chains of
// generated code are deep. O(nodes + edges).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_COMPONENTS_H
#define RUNNEL_CHECKS_ANALYSIS_COMPONENTS_H

#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <vector>

namespace runnel::analysis {

/// \p Successor(V, I) is the I-th successor of V, or NoNode past the last.
/// Returns the components, each sorted, successors' components first.
inline constexpr uint32_t NoNode = ~0u;
std::vector<std::vector<uint32_t>>
stronglyConnected(uint32_t Nodes,
                  llvm::function_ref<uint32_t(uint32_t, size_t)> Successor);

} // namespace runnel::analysis

#endif
