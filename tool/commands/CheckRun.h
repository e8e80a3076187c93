//===- CheckRun.h - What check, fix and baseline have in common -*- C++ -*-===//

#ifndef RUNNEL_TOOL_COMMANDS_CHECKRUN_H
#define RUNNEL_TOOL_COMMANDS_CHECKRUN_H

#include "tool/commands/Command.h"
#include "tool/driver/Run.h"

namespace runnel::tool {

/// Options of every command that checks; the command adds its own.
llvm::ArrayRef<OptionSpec> runOptions();
/// The two tables in one, made once and kept.
llvm::ArrayRef<OptionSpec> withRunOptions(llvm::ArrayRef<OptionSpec> Own);

llvm::Expected<RunRequest> runRequest(const Arguments &A);

/// The baseline's path: of --baseline, --output or .runnel.yaml; else empty, or
/// with \p Default the usual one.
std::string baselinePath(const Arguments &A, const RunResult &R, bool Default);

/// Notes and problems, on stderr; the summary, unless --quiet.
void sayNotes(const RunResult &R, const Arguments &A);
void sayProblems(const RunResult &R);
void saySummary(const RunResult &R);
void sayStats(const RunStats &S);

/// A run that a signal ended: dies of the same signal, as a shell expects.
[[noreturn]] void dieOf(int Signal);

} // namespace runnel::tool

#endif
