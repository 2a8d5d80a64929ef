namespace Nacre.Tests.Architecture;

/// <summary>Below the line there is no I/O, no clock and no thread: what goes in and out goes through the caller.</summary>
public sealed class PureProtocolTests
{
    private const string Offenders = "Nacre.Tests.Architecture.Offenders.Impure";

    private static readonly Dictionary<string, Func<Naming, bool>> Rooms = new()
    {
        ["socket"] = Forbidden.IsSocket,
        ["console"] = Forbidden.IsConsole,
        ["process"] = Forbidden.IsProcess,
        ["file"] = Forbidden.IsFile,
        ["clock"] = Forbidden.IsClock,
        ["timer"] = Forbidden.IsTimer,
        ["thread"] = Forbidden.IsThread,
        ["environment"] = Forbidden.IsEnvironment,
    };

    public static TheoryData<string> Names => [.. Rooms.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_protocol_names_no(string room) =>
        Assert.Empty(Rules.NeverNames(CompiledAssembly.Open("Nacre.Protocol"), "Nacre.Protocol", Rooms[room]));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_primitives_name_no(string room) =>
        Assert.Empty(Rules.NeverNames(CompiledAssembly.Open("Nacre.Crypto"), "Nacre.Crypto", Rooms[room]));

    [Theory]
    [InlineData("socket", "Socket")]
    [InlineData("console", "ConsoleWriter")]
    [InlineData("process", "ProcessStarter")]
    [InlineData("file", "FileReader")]
    [InlineData("file", "FileHandleKeeper")]
    [InlineData("clock", "Clock")]
    [InlineData("clock", "TickCounter")]
    [InlineData("clock", "TimeKeeper")]
    [InlineData("timer", "Delayer")]
    [InlineData("timer", "LateCanceller")]
    [InlineData("thread", "ThreadStarter")]
    [InlineData("thread", "TaskRunner")]
    [InlineData("thread", "Waiter")]
    [InlineData("environment", "EnvironmentReader")]
    public void An_offender_is_found(string room, string offender) =>
        Assert.Contains(
            Rules.NeverNames(CompiledAssembly.OfTheTests, Offenders, Rooms[room]),
            each => each.StartsWith($"{Offenders}.{offender} ", StringComparison.Ordinal)
                || each.StartsWith($"{Offenders}.{offender}+", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_token_a_lock_and_a_task_source_are_nothing_of_the_kind(string room) =>
        Assert.DoesNotContain(
            Rules.NeverNames(CompiledAssembly.OfTheTests, Offenders, Rooms[room]),
            each => each.StartsWith($"{Offenders}.Innocent", StringComparison.Ordinal));
}
