"""Each platform's table, written down a second time, as it was read in the vendor's documents."""

from __future__ import annotations

VERTEX = """
UNSPECIFIED  submit             QUEUED               user     starts_queued         implied     -
UNSPECIFIED  submit             PENDING              user     starts_pending        documented  -
QUEUED       provision          PENDING              service  -                     implied     -
PENDING      requeue            QUEUED               service  may_requeue           observed    -
QUEUED       start              RUNNING              service  -                     assumed     -
PENDING      start              RUNNING              service  -                     documented  -
RUNNING      succeed            SUCCEEDED            service  can_succeed           implied     -
RUNNING      succeed            SUCCEEDED            service  lists_its_ends        documented  -
CANCELLING   succeed            SUCCEEDED            service  -                     documented  -
RUNNING      succeed_partially  PARTIALLY_SUCCEEDED  service  can_succeed           assumed     -
RUNNING      succeed_partially  PARTIALLY_SUCCEEDED  service  lists_its_ends        documented  -
QUEUED       fail               FAILED               service  -                     observed    -
PENDING      fail               FAILED               service  -                     observed    -
RUNNING      fail               FAILED               service  leaves_its_ends_open  implied     -
RUNNING      fail               FAILED               service  lists_its_ends        documented  -
CANCELLING   fail               FAILED               service  -                     documented  -
QUEUED       cancel             CANCELLING           user     has_cancel            implied     -
PENDING      cancel             CANCELLING           user     has_cancel            implied     -
PENDING      cancel             CANCELLED            user     has_cancel            observed    -
RUNNING      cancel             CANCELLING           user     has_cancel            implied     -
RUNNING      cancel             CANCELLED            user     has_cancel            observed    -
CANCELLING   confirm_cancel     CANCELLED            service  -                     documented  -
RUNNING      time_out           CANCELLED            service  has_timeout           observed    -
PENDING      pause              PAUSED               user     has_pause             assumed     -
RUNNING      pause              PAUSED               user     has_pause             documented  -
PAUSED       resume             RUNNING              user     has_pause             documented  contested
PAUSED       resume             QUEUED               user     resumes_into_queue    implied     -
RUNNING      update             UPDATING             user     has_update            documented  -
UPDATING     finish_update      RUNNING              service  -                     documented  -
QUEUED       expire             EXPIRED              service  can_expire            assumed     -
QUEUED       expire             EXPIRED              service  can_wait_too_long     assumed     -
PENDING      expire             EXPIRED              service  can_expire            implied     -
PENDING      expire             EXPIRED              service  can_wait_too_long     assumed     -
RUNNING      expire             EXPIRED              service  can_expire            implied     -
RUNNING      retry              PENDING              service  has_restarts          assumed     -
"""

VERTEX_STATES = """
0   UNSPECIFIED          unspecified  -                    -              -
1   QUEUED               waiting      -                    -              -
2   PENDING              waiting      -                    -              -
3   RUNNING              active       -                    accepts_input  -
4   SUCCEEDED            terminal     succeeded            -              -
5   FAILED               terminal     failed               -              -
6   CANCELLING           stopping     -                    -              -
7   CANCELLED            terminal     cancelled            -              -
8   PAUSED               paused       -                    -              resumable
9   EXPIRED              terminal     expired              -              -
10  UPDATING             active       -                    accepts_input  -
11  PARTIALLY_SUCCEEDED  terminal     partially_succeeded  -              -
"""

VERTEX_PIPELINE = """
UNSPECIFIED  submit          QUEUED      user     -  implied     -
UNSPECIFIED  submit          PENDING     user     -  implied     -
QUEUED       provision       PENDING     service  -  implied     -
QUEUED       start           RUNNING     service  -  assumed     -
PENDING      start           RUNNING     service  -  implied     -
RUNNING      succeed         SUCCEEDED   service  -  implied     -
CANCELLING   succeed         SUCCEEDED   service  -  documented  -
QUEUED       fail            FAILED      service  -  assumed     -
PENDING      fail            FAILED      service  -  assumed     -
RUNNING      fail            FAILED      service  -  implied     -
CANCELLING   fail            FAILED      service  -  documented  -
QUEUED       cancel          CANCELLING  user     -  implied     -
PENDING      cancel          CANCELLING  user     -  implied     -
RUNNING      cancel          CANCELLING  user     -  implied     -
CANCELLING   confirm_cancel  CANCELLED   service  -  documented  -
RUNNING      suspend         PAUSED      service  -  assumed     -
PAUSED       take_up         QUEUED      service  -  implied     -
PAUSED       take_up         RUNNING     service  -  assumed     -
"""

VERTEX_PIPELINE_STATES = """
0  UNSPECIFIED  unspecified  -          -              -
1  QUEUED       waiting      -          -              -
2  PENDING      waiting      -          -              -
3  RUNNING      active       -          accepts_input  -
4  SUCCEEDED    terminal     succeeded  -              -
5  FAILED       terminal     failed     -              -
6  CANCELLING   stopping     -          -              -
7  CANCELLED    terminal     cancelled  -              -
8  PAUSED       paused       -          -              resumable
"""

DATAFLOW = """
UNKNOWN               submit          PENDING               user     starts_at_once        implied     -
UNKNOWN               submit          QUEUED                user     can_queue             implied     -
UNKNOWN               submit          STOPPED               user     -                     documented  -
STOPPED               enqueue         QUEUED                service  is_flexrs             assumed     -
STOPPED               launch          PENDING               service  -                     implied     -
QUEUED                launch          PENDING               service  -                     documented  -
STOPPED               start           RUNNING               user     is_switched           documented  -
PENDING               start           RUNNING               service  -                     documented  -
RUNNING               stop            STOPPED               user     is_switched           documented  contested
RUNNING               finish          DONE                  service  -                     documented  -
RESOURCE_CLEANING_UP  finish          DONE                  service  is_batch              implied     -
PAUSING               finish          DONE                  service  -                     implied     -
STOPPED               mark_done       DONE                  user     is_switched           implied     -
RUNNING               mark_done       DONE                  user     -                     documented  -
RUNNING               clean_up        RESOURCE_CLEANING_UP  service  has_cleanup           implied     -
STOPPED               fail            FAILED                service  is_flexrs             assumed     contested
RUNNING               fail            FAILED                service  -                     documented  -
DRAINING              fail            FAILED                service  -                     documented  contested
PENDING               fail            FAILED                service  -                     documented  contested
CANCELLING            fail            FAILED                service  -                     documented  contested
QUEUED                fail            FAILED                service  -                     observed    contested
PAUSING               fail            FAILED                service  pauses_on_failure     documented  contested
STOPPED               cancel          CANCELLED             user     -                     implied     -
RUNNING               cancel          CANCELLING            user     -                     implied     -
RUNNING               cancel          CANCELLED             user     -                     documented  -
DRAINING              cancel          CANCELLED             user     -                     documented  -
DRAINING              cancel          CANCELLING            user     -                     assumed     contested
PENDING               cancel          CANCELLING            user     -                     assumed     contested
PENDING               cancel          CANCELLED             user     -                     assumed     contested
QUEUED                cancel          CANCELLED             user     -                     documented  -
PAUSING               cancel          CANCELLING            user     -                     documented  -
PAUSED                cancel          CANCELLING            user     -                     documented  -
CANCELLING            confirm_cancel  CANCELLED             service  -                     documented  contested
CANCELLING            force_cancel    CANCELLED             user     cancel_is_old_enough  documented  -
RUNNING               drain           DRAINING              user     is_streaming          documented  -
DRAINING              confirm_drain   DRAINED               service  -                     documented  -
RUNNING               replace         UPDATED               service  has_successor         documented  -
DRAINING              replace         UPDATED               service  has_successor         implied     contested
RUNNING               pause           PAUSING               user     is_pausable           documented  -
RUNNING               auto_pause      PAUSING               service  pauses_on_failure     documented  -
PAUSING               confirm_pause   PAUSED                service  -                     documented  -
PAUSING               abort_pause     RUNNING               service  -                     documented  -
PAUSED                resume          RUNNING               user     -                     documented  -
"""

DATAFLOW_STATES = """
0   UNKNOWN               unspecified  -          -              -
1   STOPPED               waiting      -          -              -
2   RUNNING               active       -          accepts_input  -
3   DONE                  terminal     succeeded  -              -
4   FAILED                terminal     failed     -              -
5   CANCELLED             terminal     cancelled  -              -
6   UPDATED               terminal     replaced   -              -
7   DRAINING              stopping     -          -              -
8   DRAINED               terminal     drained    -              -
9   PENDING               waiting      -          -              -
10  CANCELLING            stopping     -          -              -
11  QUEUED                waiting      -          -              -
12  RESOURCE_CLEANING_UP  active       -          -              -
13  PAUSING               paused       -          -              -
14  PAUSED                paused       -          -              resumable
"""
