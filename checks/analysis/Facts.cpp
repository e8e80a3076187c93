//===- Facts.cpp - The analyses of one program, on demand -----------------===//

#include "checks/analysis/Facts.h"

namespace runnel::analysis {

Facts::Facts(const ir::Program &P) : P(P) {}
Facts::~Facts() = default;

} // namespace runnel::analysis
