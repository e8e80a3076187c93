// Annotations that tell the checker, and Clang, what a function or a member does concurrently.
//
// They are `[[clang::annotate]]` attributes on Clang and nothing elsewhere; they change no code.
// The runtime's whole API carries them, and a project puts them on its own code too:
//
//   RUNNEL_BLOCKING void reload();                    may block the calling goroutine or thread
//   RUNNEL_SUSPENDS void pump();                      may switch goroutines: whatever holds an OS
//                                                     lock or a thread-local across it is in danger
//   int balance RUNNEL_GUARDED_BY(mutex_);            is touched with `mutex_` held only
//   RUNNEL_ALLOW("lock-exposed", "C API needs it")    silences one check for one declaration, statement
#pragma once

#if defined(__clang__) && defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::annotate)
#define RUNNEL_ANNOTATE(...) [[clang::annotate(__VA_ARGS__)]]
#define RUNNEL_GUARDED_BY(m) __attribute__((annotate("runnel::guarded_by", #m)))
#endif
#endif
#ifndef RUNNEL_ANNOTATE
#define RUNNEL_ANNOTATE(...)
#define RUNNEL_GUARDED_BY(m)
#endif

/// Before a declaration: the function may block its caller.
#define RUNNEL_BLOCKING RUNNEL_ANNOTATE("runnel::blocking")
/// Before a declaration: the function may let another goroutine run on this thread.
#define RUNNEL_SUSPENDS RUNNEL_ANNOTATE("runnel::suspends")
/// Before a declaration or a statement: the named check is silent here, for the given reason.
#define RUNNEL_ALLOW(check, why) RUNNEL_ANNOTATE("runnel::allow", check, why)
