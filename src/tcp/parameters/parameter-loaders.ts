import { type LoadParameter, rows } from './rows-of-table.ts';
import {
  conntrackTableNames,
  goneTableNames,
  kernelTableNames,
  memoryAndFilesNames,
  unrelatedTableNames,
} from './table-names.ts';

/** Every parameter halfopen knows, by name; loaded one by one, since a command needs few of them. */
export const parameterLoaders: Readonly<Record<string, LoadParameter>> = {
  'net.core.somaxconn': async () => (await import('./queues/somaxconn.ts')).somaxconn,
  'net.ipv4.tcp_max_syn_backlog': async () =>
    (await import('./queues/tcp-max-syn-backlog.ts')).tcpMaxSynBacklog,
  'net.ipv4.tcp_syncookies': async () => (await import('./queues/tcp-syncookies.ts')).tcpSyncookies,
  'net.ipv4.tcp_abort_on_overflow': async () =>
    (await import('./queues/tcp-abort-on-overflow.ts')).tcpAbortOnOverflow,
  'net.ipv4.tcp_migrate_req': async () => (await import('./queues/tcp-migrate-req.ts')).tcpMigrateReq,
  'net.ipv4.tcp_ehash_entries': async () => (await import('./queues/tcp-ehash-entries.ts')).tcpEhashEntries,
  'net.ipv4.tcp_child_ehash_entries': async () =>
    (await import('./queues/tcp-child-ehash-entries.ts')).tcpChildEhashEntries,
  'fs.file-max': async () => (await import('./queues/file-max.ts')).fileMax,
  'fs.nr_open': async () => (await import('./queues/nr-open.ts')).nrOpen,
  'net.ipv4.tcp_syn_retries': async () => (await import('./opening/tcp-syn-retries.ts')).tcpSynRetries,
  'net.ipv4.tcp_syn_linear_timeouts': async () =>
    (await import('./opening/tcp-syn-linear-timeouts.ts')).tcpSynLinearTimeouts,
  'net.ipv4.tcp_synack_retries': async () =>
    (await import('./opening/tcp-synack-retries.ts')).tcpSynackRetries,
  'net.ipv4.tcp_timestamps': async () => (await import('./opening/tcp-timestamps.ts')).tcpTimestamps,
  'net.ipv4.tcp_window_scaling': async () =>
    (await import('./opening/tcp-window-scaling.ts')).tcpWindowScaling,
  'net.ipv4.tcp_sack': async () => (await import('./opening/tcp-sack.ts')).tcpSack,
  'net.ipv4.tcp_dsack': async () => (await import('./opening/tcp-dsack.ts')).tcpDsack,
  'net.ipv4.tcp_ecn': async () => (await import('./opening/tcp-ecn.ts')).tcpEcn,
  'net.ipv4.tcp_ecn_fallback': async () => (await import('./opening/tcp-ecn-fallback.ts')).tcpEcnFallback,
  'net.ipv4.tcp_l3mdev_accept': async () => (await import('./opening/tcp-l3mdev-accept.ts')).tcpL3mdevAccept,
  'net.ipv4.tcp_fwmark_accept': async () => (await import('./opening/tcp-fwmark-accept.ts')).tcpFwmarkAccept,
  'net.ipv4.tcp_ecn_option': async () => (await import('./opening/tcp-ecn-option.ts')).tcpEcnOption,
  'net.ipv4.tcp_ecn_option_beacon': async () =>
    (await import('./opening/tcp-ecn-option-beacon.ts')).tcpEcnOptionBeacon,
  'net.ipv4.tcp_reflect_tos': async () => (await import('./opening/tcp-reflect-tos.ts')).tcpReflectTos,
  'net.ipv4.tcp_available_ulp': async () => (await import('./opening/tcp-available-ulp.ts')).tcpAvailableUlp,
  'net.ipv4.tcp_keepalive_time': async () =>
    (await import('./keepalive/tcp-keepalive-time.ts')).tcpKeepaliveTime,
  'net.ipv4.tcp_keepalive_intvl': async () =>
    (await import('./keepalive/tcp-keepalive-intvl.ts')).tcpKeepaliveIntvl,
  'net.ipv4.tcp_keepalive_probes': async () =>
    (await import('./keepalive/tcp-keepalive-probes.ts')).tcpKeepaliveProbes,
  'net.ipv4.tcp_retries1': async () => (await import('./retransmission/tcp-retries1.ts')).tcpRetries1,
  'net.ipv4.tcp_retries2': async () => (await import('./retransmission/tcp-retries2.ts')).tcpRetries2,
  'net.ipv4.tcp_early_retrans': async () =>
    (await import('./retransmission/tcp-early-retrans.ts')).tcpEarlyRetrans,
  'net.ipv4.tcp_recovery': async () => (await import('./retransmission/tcp-recovery.ts')).tcpRecovery,
  'net.ipv4.tcp_frto': async () => (await import('./retransmission/tcp-frto.ts')).tcpFrto,
  'net.ipv4.tcp_thin_linear_timeouts': async () =>
    (await import('./retransmission/tcp-thin-linear-timeouts.ts')).tcpThinLinearTimeouts,
  'net.ipv4.tcp_rto_min_us': async () => (await import('./retransmission/tcp-rto-min-us.ts')).tcpRtoMinUs,
  'net.ipv4.tcp_rto_max_ms': async () => (await import('./retransmission/tcp-rto-max-ms.ts')).tcpRtoMaxMs,
  'net.ipv4.tcp_reordering': async () => (await import('./retransmission/tcp-reordering.ts')).tcpReordering,
  'net.ipv4.tcp_max_reordering': async () =>
    (await import('./retransmission/tcp-max-reordering.ts')).tcpMaxReordering,
  'net.ipv4.tcp_mtu_probing': async () => (await import('./retransmission/tcp-mtu-probing.ts')).tcpMtuProbing,
  'net.ipv4.tcp_base_mss': async () => (await import('./retransmission/tcp-base-mss.ts')).tcpBaseMss,
  'net.ipv4.tcp_min_snd_mss': async () => (await import('./retransmission/tcp-min-snd-mss.ts')).tcpMinSndMss,
  'net.ipv4.tcp_retrans_collapse': async () =>
    (await import('./retransmission/tcp-retrans-collapse.ts')).tcpRetransCollapse,
  'net.ipv4.tcp_pingpong_thresh': async () =>
    (await import('./retransmission/tcp-pingpong-thresh.ts')).tcpPingpongThresh,
  'net.ipv4.tcp_min_rtt_wlen': async () =>
    (await import('./retransmission/tcp-min-rtt-wlen.ts')).tcpMinRttWlen,
  'net.ipv4.tcp_mtu_probe_floor': async () =>
    (await import('./retransmission/tcp-mtu-probe-floor.ts')).tcpMtuProbeFloor,
  'net.ipv4.tcp_probe_interval': async () =>
    (await import('./retransmission/tcp-probe-interval.ts')).tcpProbeInterval,
  'net.ipv4.tcp_probe_threshold': async () =>
    (await import('./retransmission/tcp-probe-threshold.ts')).tcpProbeThreshold,
  'net.ipv4.tcp_fin_timeout': async () => (await import('./closing/tcp-fin-timeout.ts')).tcpFinTimeout,
  'net.ipv4.tcp_orphan_retries': async () =>
    (await import('./closing/tcp-orphan-retries.ts')).tcpOrphanRetries,
  'net.ipv4.tcp_max_orphans': async () => (await import('./closing/tcp-max-orphans.ts')).tcpMaxOrphans,
  'net.ipv4.tcp_tw_reuse': async () => (await import('./time-wait/tcp-tw-reuse.ts')).tcpTwReuse,
  'net.ipv4.tcp_tw_reuse_delay': async () =>
    (await import('./time-wait/tcp-tw-reuse-delay.ts')).tcpTwReuseDelay,
  'net.ipv4.tcp_tw_recycle': async () => (await import('./time-wait/tcp-tw-recycle.ts')).tcpTwRecycle,
  'net.ipv4.tcp_max_tw_buckets': async () =>
    (await import('./time-wait/tcp-max-tw-buckets.ts')).tcpMaxTwBuckets,
  'net.ipv4.tcp_rfc1337': async () => (await import('./time-wait/tcp-rfc1337.ts')).tcpRfc1337,
  'net.ipv4.ip_local_port_range': async () =>
    (await import('./ports/ip-local-port-range.ts')).ipLocalPortRange,
  'net.ipv4.ip_local_reserved_ports': async () =>
    (await import('./ports/ip-local-reserved-ports.ts')).ipLocalReservedPorts,
  'net.ipv4.ip_unprivileged_port_start': async () =>
    (await import('./ports/ip-unprivileged-port-start.ts')).ipUnprivilegedPortStart,
  'net.ipv4.ip_autobind_reuse': async () => (await import('./ports/ip-autobind-reuse.ts')).ipAutobindReuse,
  'net.ipv4.ip_nonlocal_bind': async () => (await import('./ports/ip-nonlocal-bind.ts')).ipNonlocalBind,
  'net.ipv6.ip_nonlocal_bind': async () =>
    (await import('./ports/ip-nonlocal-bind-ipv6.ts')).ipNonlocalBindIpv6,
  'net.ipv6.bindv6only': async () => (await import('./ports/bindv6only.ts')).bindv6only,
  'net.core.rmem_max': async () => (await import('./buffers/rmem-max.ts')).rmemMax,
  'net.core.wmem_max': async () => (await import('./buffers/wmem-max.ts')).wmemMax,
  'net.core.rmem_default': async () => (await import('./buffers/rmem-default.ts')).rmemDefault,
  'net.core.wmem_default': async () => (await import('./buffers/wmem-default.ts')).wmemDefault,
  'net.core.optmem_max': async () => (await import('./buffers/optmem-max.ts')).optmemMax,
  'net.ipv4.tcp_rmem': async () => (await import('./buffers/tcp-rmem.ts')).tcpRmem,
  'net.ipv4.tcp_wmem': async () => (await import('./buffers/tcp-wmem.ts')).tcpWmem,
  'net.ipv4.tcp_mem': async () => (await import('./buffers/tcp-mem.ts')).tcpMem,
  'net.ipv4.tcp_moderate_rcvbuf': async () =>
    (await import('./buffers/tcp-moderate-rcvbuf.ts')).tcpModerateRcvbuf,
  'net.ipv4.tcp_adv_win_scale': async () => (await import('./buffers/tcp-adv-win-scale.ts')).tcpAdvWinScale,
  'net.ipv4.tcp_app_win': async () => (await import('./buffers/tcp-app-win.ts')).tcpAppWin,
  'net.ipv4.tcp_notsent_lowat': async () => (await import('./buffers/tcp-notsent-lowat.ts')).tcpNotsentLowat,
  'net.ipv4.tcp_limit_output_bytes': async () =>
    (await import('./buffers/tcp-limit-output-bytes.ts')).tcpLimitOutputBytes,
  'net.ipv4.tcp_shrink_window': async () => (await import('./buffers/tcp-shrink-window.ts')).tcpShrinkWindow,
  'net.ipv4.udp_mem': async () => (await import('./buffers/udp-mem.ts')).udpMem,
  'net.ipv4.udp_rmem_min': async () => (await import('./buffers/udp-rmem-min.ts')).udpRmemMin,
  'net.ipv4.udp_wmem_min': async () => (await import('./no-effect/udp-wmem-min.ts')).udpWmemMin,
  'net.ipv4.tcp_congestion_control': async () =>
    (await import('./congestion/tcp-congestion-control.ts')).tcpCongestionControl,
  'net.ipv4.tcp_allowed_congestion_control': async () =>
    (await import('./congestion/tcp-allowed-congestion-control.ts')).tcpAllowedCongestionControl,
  'net.ipv4.tcp_available_congestion_control': async () =>
    (await import('./congestion/tcp-available-congestion-control.ts')).tcpAvailableCongestionControl,
  'net.core.default_qdisc': async () => (await import('./congestion/default-qdisc.ts')).defaultQdisc,
  'net.ipv4.tcp_slow_start_after_idle': async () =>
    (await import('./congestion/tcp-slow-start-after-idle.ts')).tcpSlowStartAfterIdle,
  'net.ipv4.tcp_no_metrics_save': async () =>
    (await import('./congestion/tcp-no-metrics-save.ts')).tcpNoMetricsSave,
  'net.ipv4.tcp_no_ssthresh_metrics_save': async () =>
    (await import('./congestion/tcp-no-ssthresh-metrics-save.ts')).tcpNoSsthreshMetricsSave,
  'net.ipv4.tcp_autocorking': async () => (await import('./congestion/tcp-autocorking.ts')).tcpAutocorking,
  'net.ipv4.tcp_tso_win_divisor': async () =>
    (await import('./congestion/tcp-tso-win-divisor.ts')).tcpTsoWinDivisor,
  'net.ipv4.tcp_min_tso_segs': async () => (await import('./congestion/tcp-min-tso-segs.ts')).tcpMinTsoSegs,
  'net.ipv4.tcp_tso_rtt_log': async () => (await import('./congestion/tcp-tso-rtt-log.ts')).tcpTsoRttLog,
  'net.ipv4.tcp_pacing_ss_ratio': async () =>
    (await import('./congestion/tcp-pacing-ss-ratio.ts')).tcpPacingSsRatio,
  'net.ipv4.tcp_pacing_ca_ratio': async () =>
    (await import('./congestion/tcp-pacing-ca-ratio.ts')).tcpPacingCaRatio,
  'net.ipv4.tcp_comp_sack_nr': async () => (await import('./congestion/tcp-comp-sack-nr.ts')).tcpCompSackNr,
  'net.ipv4.tcp_comp_sack_delay_ns': async () =>
    (await import('./congestion/tcp-comp-sack-delay-ns.ts')).tcpCompSackDelayNs,
  'net.ipv4.tcp_comp_sack_slack_ns': async () =>
    (await import('./congestion/tcp-comp-sack-slack-ns.ts')).tcpCompSackSlackNs,
  'net.ipv4.tcp_plb_enabled': async () => (await import('./congestion/tcp-plb-enabled.ts')).tcpPlbEnabled,
  'net.ipv4.tcp_plb_cong_thresh': async () =>
    (await import('./congestion/tcp-plb-cong-thresh.ts')).tcpPlbCongThresh,
  'net.ipv4.tcp_plb_idle_rehash_rounds': async () =>
    (await import('./congestion/tcp-plb-idle-rehash-rounds.ts')).tcpPlbIdleRehashRounds,
  'net.ipv4.tcp_plb_rehash_rounds': async () =>
    (await import('./congestion/tcp-plb-rehash-rounds.ts')).tcpPlbRehashRounds,
  'net.ipv4.tcp_plb_suspend_rto_sec': async () =>
    (await import('./congestion/tcp-plb-suspend-rto-sec.ts')).tcpPlbSuspendRtoSec,
  'net.core.netdev_max_backlog': async () =>
    (await import('./packets/netdev-max-backlog.ts')).netdevMaxBacklog,
  'net.core.netdev_budget': async () => (await import('./packets/netdev-budget.ts')).netdevBudget,
  'net.core.netdev_budget_usecs': async () =>
    (await import('./packets/netdev-budget-usecs.ts')).netdevBudgetUsecs,
  'net.core.dev_weight': async () => (await import('./packets/dev-weight.ts')).devWeight,
  'net.core.busy_poll': async () => (await import('./packets/busy-poll.ts')).busyPoll,
  'net.core.busy_read': async () => (await import('./packets/busy-read.ts')).busyRead,
  'net.core.rps_sock_flow_entries': async () =>
    (await import('./packets/rps-sock-flow-entries.ts')).rpsSockFlowEntries,
  'net.ipv4.tcp_backlog_ack_defer': async () =>
    (await import('./packets/tcp-backlog-ack-defer.ts')).tcpBacklogAckDefer,
  'net.ipv4.tcp_early_demux': async () => (await import('./packets/tcp-early-demux.ts')).tcpEarlyDemux,
  'net.ipv4.ip_early_demux': async () => (await import('./packets/ip-early-demux.ts')).ipEarlyDemux,
  'net.ipv4.tcp_invalid_ratelimit': async () =>
    (await import('./packets/tcp-invalid-ratelimit.ts')).tcpInvalidRatelimit,
  'net.ipv4.tcp_challenge_ack_limit': async () =>
    (await import('./packets/tcp-challenge-ack-limit.ts')).tcpChallengeAckLimit,
  'net.netfilter.nf_conntrack_max': async () =>
    (await import('./conntrack/nf-conntrack-max.ts')).nfConntrackMax,
  'net.nf_conntrack_max': async () =>
    (await import('./conntrack/nf-conntrack-max-alias.ts')).nfConntrackMaxAlias,
  'net.netfilter.nf_conntrack_buckets': async () =>
    (await import('./conntrack/nf-conntrack-buckets.ts')).nfConntrackBuckets,
  'net.netfilter.nf_conntrack_count': async () =>
    (await import('./conntrack/nf-conntrack-count.ts')).nfConntrackCount,
  'net.netfilter.nf_conntrack_tcp_timeout_established': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-established.ts')).nfConntrackTcpTimeoutEstablished,
  'net.netfilter.nf_conntrack_tcp_timeout_time_wait': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-time-wait.ts')).nfConntrackTcpTimeoutTimeWait,
  'net.netfilter.nf_conntrack_tcp_timeout_syn_recv': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-syn-recv.ts')).nfConntrackTcpTimeoutSynRecv,
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-syn-sent.ts')).nfConntrackTcpTimeoutSynSent,
  'net.netfilter.nf_conntrack_tcp_timeout_fin_wait': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-fin-wait.ts')).nfConntrackTcpTimeoutFinWait,
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-close-wait.ts')).nfConntrackTcpTimeoutCloseWait,
  'net.netfilter.nf_conntrack_tcp_timeout_last_ack': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-last-ack.ts')).nfConntrackTcpTimeoutLastAck,
  'net.netfilter.nf_conntrack_tcp_timeout_close': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-close.ts')).nfConntrackTcpTimeoutClose,
  'net.netfilter.nf_conntrack_tcp_timeout_max_retrans': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-max-retrans.ts')).nfConntrackTcpTimeoutMaxRetrans,
  'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': async () =>
    (await import('./conntrack/nf-conntrack-tcp-timeout-unacknowledged.ts'))
      .nfConntrackTcpTimeoutUnacknowledged,
  'net.netfilter.nf_conntrack_tcp_max_retrans': async () =>
    (await import('./conntrack/nf-conntrack-tcp-max-retrans.ts')).nfConntrackTcpMaxRetrans,
  'net.netfilter.nf_conntrack_tcp_loose': async () =>
    (await import('./conntrack/nf-conntrack-tcp-loose.ts')).nfConntrackTcpLoose,
  'net.netfilter.nf_conntrack_tcp_be_liberal': async () =>
    (await import('./conntrack/nf-conntrack-tcp-be-liberal.ts')).nfConntrackTcpBeLiberal,
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': async () =>
    (await import('./conntrack/nf-conntrack-tcp-ignore-invalid-rst.ts')).nfConntrackTcpIgnoreInvalidRst,
  ...rows(conntrackTableNames, async () => (await import('./conntrack/other-protocols.ts')).otherConntrack),
  'net.ipv4.vs.conn_reuse_mode': async () =>
    (await import('./conntrack/vs-conn-reuse-mode.ts')).vsConnReuseMode,
  'net.ipv4.conf.*.rp_filter': async () => (await import('./routing/rp-filter.ts')).rpFilter,
  'net.ipv4.conf.*.arp_ignore': async () => (await import('./routing/arp-ignore.ts')).arpIgnore,
  'net.ipv4.conf.*.arp_announce': async () => (await import('./routing/arp-announce.ts')).arpAnnounce,
  'net.ipv4.conf.*.arp_filter': async () => (await import('./routing/arp-filter.ts')).arpFilter,
  'net.ipv4.conf.*.accept_source_route': async () =>
    (await import('./routing/accept-source-route.ts')).acceptSourceRoute,
  'net.ipv4.conf.*.accept_redirects': async () =>
    (await import('./routing/accept-redirects.ts')).acceptRedirects,
  'net.ipv4.conf.*.secure_redirects': async () =>
    (await import('./routing/secure-redirects.ts')).secureRedirects,
  'net.ipv4.conf.*.send_redirects': async () => (await import('./routing/send-redirects.ts')).sendRedirects,
  'net.ipv4.conf.*.log_martians': async () => (await import('./routing/log-martians.ts')).logMartians,
  'net.ipv4.conf.*.src_valid_mark': async () => (await import('./routing/policy-routing.ts')).srcValidMark,
  'net.ipv4.conf.*.accept_local': async () => (await import('./routing/policy-routing.ts')).acceptLocal,
  'net.ipv4.conf.*.route_localnet': async () => (await import('./routing/policy-routing.ts')).routeLocalnet,
  'net.ipv4.fib_multipath_hash_policy': async () =>
    (await import('./routing/policy-routing.ts')).multipathHashPolicy,
  'net.ipv4.ip_forward': async () => (await import('./routing/ip-forward.ts')).ipForward,
  'net.ipv4.conf.*.forwarding': async () => (await import('./routing/forwarding.ts')).forwarding,
  'net.ipv6.conf.*.forwarding': async () => (await import('./routing/forwarding.ts')).forwardingIpv6,
  'net.ipv4.ip_default_ttl': async () => (await import('./routing/ip-default-ttl.ts')).ipDefaultTtl,
  'net.ipv4.ip_no_pmtu_disc': async () => (await import('./routing/ip-no-pmtu-disc.ts')).ipNoPmtuDisc,
  'net.ipv4.icmp_echo_ignore_broadcasts': async () =>
    (await import('./routing/icmp-echo-ignore-broadcasts.ts')).icmpEchoIgnoreBroadcasts,
  'net.ipv4.icmp_echo_ignore_all': async () =>
    (await import('./routing/icmp-echo-ignore-all.ts')).icmpEchoIgnoreAll,
  'net.ipv4.icmp_ignore_bogus_error_responses': async () =>
    (await import('./routing/icmp-ignore-bogus-error-responses.ts')).icmpIgnoreBogusErrorResponses,
  'net.ipv4.icmp_ratelimit': async () => (await import('./routing/icmp-ratelimit.ts')).icmpRatelimit,
  'net.ipv4.icmp_msgs_per_sec': async () => (await import('./routing/icmp-msgs-per-sec.ts')).icmpMsgsPerSec,
  'net.ipv4.neigh.default.gc_thresh1': async () =>
    (await import('./routing/neigh-gc-thresh1.ts')).neighGcThresh1,
  'net.ipv4.neigh.default.gc_thresh2': async () =>
    (await import('./routing/neigh-gc-thresh2.ts')).neighGcThresh2,
  'net.ipv4.neigh.default.gc_thresh3': async () =>
    (await import('./routing/neigh-gc-thresh3.ts')).neighGcThresh3,
  'net.ipv6.neigh.default.gc_thresh1': async () =>
    (await import('./routing/neigh-gc-thresh-ipv6.ts')).neighGcThresh1Ipv6,
  'net.ipv6.neigh.default.gc_thresh2': async () =>
    (await import('./routing/neigh-gc-thresh-ipv6.ts')).neighGcThresh2Ipv6,
  'net.ipv6.neigh.default.gc_thresh3': async () =>
    (await import('./routing/neigh-gc-thresh-ipv6.ts')).neighGcThresh3Ipv6,
  'net.ipv4.route.max_size': async () => (await import('./no-effect/route-max-size.ts')).routeMaxSize,
  'net.ipv4.route.gc_timeout': async () => (await import('./no-effect/route-gc-timeout.ts')).routeGcTimeout,
  'net.ipv6.route.max_size': async () =>
    (await import('./no-effect/ipv6-route-max-size.ts')).ipv6RouteMaxSize,
  'net.ipv6.conf.*.disable_ipv6': async () => (await import('./routing/disable-ipv6.ts')).disableIpv6,
  'net.ipv6.conf.*.accept_ra': async () => (await import('./routing/accept-ra.ts')).acceptRa,
  'net.ipv6.conf.*.accept_redirects': async () =>
    (await import('./routing/ipv6-hardening.ts')).acceptRedirectsIpv6,
  'net.ipv6.conf.*.accept_source_route': async () =>
    (await import('./routing/ipv6-hardening.ts')).acceptSourceRouteIpv6,
  'net.bridge.bridge-nf-call-iptables': async () =>
    (await import('./routing/bridge-nf-call-iptables.ts')).bridgeNfCallIptables,
  'net.bridge.bridge-nf-call-ip6tables': async () =>
    (await import('./routing/bridge-nf-call-others.ts')).bridgeNfCallIp6tables,
  'net.bridge.bridge-nf-call-arptables': async () =>
    (await import('./routing/bridge-nf-call-others.ts')).bridgeNfCallArptables,
  'net.core.message_cost': async () => (await import('./messages/message-cost.ts')).messageCost,
  'net.core.message_burst': async () => (await import('./messages/message-burst.ts')).messageBurst,
  'kernel.dmesg_restrict': async () => (await import('./messages/dmesg-restrict.ts')).dmesgRestrict,
  'net.ipv4.tcp_fastopen': async () => (await import('./fast-open/tcp-fastopen.ts')).tcpFastopen,
  'net.ipv4.tcp_fastopen_key': async () => (await import('./fast-open/tcp-fastopen-key.ts')).tcpFastopenKey,
  'net.ipv4.tcp_fastopen_blackhole_timeout_sec': async () =>
    (await import('./fast-open/tcp-fastopen-blackhole-timeout-sec.ts')).tcpFastopenBlackholeTimeoutSec,
  'net.ipv4.tcp_low_latency': async () => (await import('./no-effect/tcp-low-latency.ts')).tcpLowLatency,
  'net.ipv4.tcp_fack': async () => (await import('./no-effect/tcp-fack.ts')).tcpFack,
  'net.ipv4.tcp_stdurg': async () => (await import('./no-effect/tcp-stdurg.ts')).tcpStdurg,
  'net.ipv4.tcp_workaround_signed_windows': async () =>
    (await import('./no-effect/tcp-workaround-signed-windows.ts')).tcpWorkaroundSignedWindows,
  ...rows(memoryAndFilesNames, async () => Object.values(await import('./unrelated/memory-and-files.ts'))),
  ...rows(kernelTableNames, async () => Object.values(await import('./unrelated/kernel.ts'))),
  ...rows(unrelatedTableNames, async () => (await import('./unrelated/other-unrelated.ts')).otherUnrelated),
  ...rows(goneTableNames, async () => (await import('./gone/gone-parameters.ts')).goneParameters),
};
