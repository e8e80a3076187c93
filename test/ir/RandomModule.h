//===- RandomModule.h - Canonical modules made from a seed ------*- C++ -*-===//

#ifndef RUNNEL_TEST_IR_RANDOMMODULE_H
#define RUNNEL_TEST_IR_RANDOMMODULE_H

#include "checks/ir/Module.h"

namespace runnel::ir::test {

/// Uses every enumerator and flag sooner or later, names that need quoting, and
/// places that print alike. Modules of different seeds share symbols, and
/// disagree about some.
Module randomModule(uint64_t Seed);

} // namespace runnel::ir::test

#endif
