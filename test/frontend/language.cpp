// What is compiled for an older language is told of: fixes may not use there what came later.
// RUN: %runnel ir %s -- -std=c++14 | FileCheck %s --check-prefix=CXX14
// RUN: %runnel ir %s -- -std=c++17 | FileCheck %s --check-prefix=CXX17
// RUN: %runnel ir %s -- -std=c++20 | FileCheck %s --check-prefix=CXX20
void nothing() {}
// CXX14: before-cxx17
// CXX14-NEXT: before-cxx20
// CXX17-NOT: before-cxx17
// CXX17: before-cxx20
// CXX20-NOT: before-cxx
