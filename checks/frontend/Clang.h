//===- Clang.h - The clang headers the frontend needs -----------*- C++ -*-===//
//
// Precompiled: they are nearly all of what compiling the frontend costs.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_CLANG_H
#define RUNNEL_CHECKS_FRONTEND_CLANG_H

#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclFriend.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Analysis/CFG.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringExtras.h"

#endif
