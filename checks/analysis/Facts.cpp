//===- Facts.cpp - The analyses of one program, on demand -----------------===//

#include "checks/analysis/Facts.h"

namespace runnel::analysis {

struct Facts::Kept {};

Facts::Facts(const ir::Program &P) : P(P), K(std::make_unique<Kept>()) {}
Facts::~Facts() = default;

} // namespace runnel::analysis
