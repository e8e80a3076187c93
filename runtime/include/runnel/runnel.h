// Everything a program needs: goroutines, channels, select, contexts, time, synchronisation.
//
// `<runnel/test.h>` is apart.
#pragma once

#include "runnel/annotations.h"
#include "runnel/channel.h"
#include "runnel/clock.h"
#include "runnel/context.h"
#include "runnel/debug.h"
#include "runnel/errors.h"
#include "runnel/goroutine.h"
#include "runnel/group.h"
#include "runnel/select.h"
#include "runnel/sync.h"
#include "runnel/timer.h"
