using System.Globalization;
using System.Net;
using Nacre.Config;
using Nacre.Config.Patterns;
using Nacre.Config.Values;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>Keeps account of what sources have to pay for and says which are refused for it (PerSourcePenalties), by the rules of OpenSSH.</summary>
internal sealed class SourcePenaltyBook(SshdLog log)
{
    private readonly PenaltyTable _ipv4 = new();
    private readonly PenaltyTable _ipv6 = new();

    /// <summary>How many sources have a penalty now.</summary>
    public int Count => _ipv4.Count + _ipv6.Count;

    /// <summary>Why an address is refused; null when it is not.</summary>
    public string? ReasonToRefuse(IPAddress address, ServerConfig config, TimeSpan now)
    {
        SourcePenalties rules = config.PerSourcePenalties;
        if (rules.IsEnabled == false || IsExempt(address, config)) return null;
        Source source = Source.Of(address, config.PerSourceNetBlockSize);
        PenaltyTable table = TableOf(source);
        table.Expire(now);
        if (DeniesAll(table, source, rules)) return "too many penalised addresses";
        return table.TryFind(source, out PenaltyTable.Penalty? penalty) && penalty.IsActive ? penalty.Reason : null;
    }

    /// <summary>Puts on the account of an address what its client did.</summary>
    public void Penalise(IPAddress address, Misconduct misconduct, ServerConfig config, TimeSpan now)
    {
        SourcePenalties rules = config.PerSourcePenalties;
        TimeSpan time = rules.PenaltyFor(misconduct);
        if (rules.IsEnabled == false || time <= TimeSpan.Zero || IsExempt(address, config)) return;
        Source source = Source.Of(address, config.PerSourceNetBlockSize);
        PenaltyTable table = TableOf(source);
        table.Expire(now);
        string kind = source.IsIPv6 ? "ipv6" : "ipv4";
        if (DeniesAll(table, source, rules))
        {
            log.Verbose($"srclimit_penalise: {kind} penalty table full, cannot penalise {source} for {misconduct.Reason()}");
            return;
        }

        bool isNew = !table.TryFind(source, out PenaltyTable.Penalty? before);
        bool wasActive = before?.IsActive == true;
        PenaltyTable.Penalty penalty = table.Add(source, time, now, rules.Max!.Value, misconduct.Reason());
        TimeSpan left = penalty.End - now;
        penalty.IsActive |= left > rules.Min;
        string cost = string.Create(CultureInfo.InvariantCulture, $"penalty of {left.TotalSeconds:F3} seconds for {penalty.Reason}");
        if (isNew) Say(penalty.IsActive, $"srclimit_penalise: {kind}: new {source} {(penalty.IsActive ? "active" : "deferred")} {cost}");
        else if (penalty.IsActive && !wasActive) log.Info($"srclimit_penalise: {source}: activating {kind} {cost}");
        table.Shrink(MostOf(source, rules));
    }

    private static bool IsExempt(IPAddress address, ServerConfig config)
    {
        if (config.PerSourcePenaltyExemptList is not { } list) return false;
        return AddressPattern.TryJudge(address.Unmapped().ToString(), list, out int verdict) && verdict > 0;
    }

    private static bool DeniesAll(PenaltyTable table, Source source, SourcePenalties rules) =>
        (source.IsIPv6 ? rules.Overflow6 : rules.Overflow) == PenaltyOverflow.DenyAll && table.Count >= MostOf(source, rules);

    private static int MostOf(Source source, SourcePenalties rules) => (source.IsIPv6 ? rules.MaxSources6 : rules.MaxSources4)!.Value;

    private PenaltyTable TableOf(Source source) => source.IsIPv6 ? _ipv6 : _ipv4;

    private void Say(bool isActive, string line)
    {
        if (isActive) log.Info(line);
        else log.Verbose(line);
    }
}
