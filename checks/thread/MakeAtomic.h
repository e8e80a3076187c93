//===- MakeAtomic.h - Declaring a variable atomic ---------------*- C++ -*-===//
//
// The fix of checks that find a plain or volatile scalar shared without a
// lock. Offered where the declaration is known to the letter: one variable,
// spelled as its type is, whose address nobody takes.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_THREAD_MAKEATOMIC_H
#define RUNNEL_CHECKS_THREAD_MAKEATOMIC_H

#include "checks/Finding.h"
#include "checks/analysis/Conditions.h"

#include <optional>

namespace runnel {

std::optional<Fix> makeAtomic(const ir::Program &P, const analysis::Entity &E);

} // namespace runnel

#endif
