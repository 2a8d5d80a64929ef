using System.Buffers.Binary;
using System.Diagnostics;
using Nacre.Fuzz;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Fuzz;

/// <summary>The fuzzer finds what it is there to find, and every target survives its own seeds.</summary>
public sealed class FuzzerTests
{
    private static readonly TimeSpan Plenty = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly byte[] LengthAndText = [0, 0, 0, 4, .. "text"u8];

    public static TheoryData<string> Names => [.. Targets.All.Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_target_survives_its_seeds_and_a_moment_of_mutations_A70(string name)
    {
        FuzzTarget target = Targets.All.Single(each => each.Name == name);
        var fuzzer = new Fuzzer(target, seed: 1);
        var dice = new Dice(1);
        var mutator = new Mutator(dice, target.Words);

        Assert.NotEmpty(target.Seeds);
        Assert.All(target.Seeds, seed => Assert.Null(fuzzer.Feed(seed)));
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < 1000 && Stopwatch.GetElapsedTime(begin) < Moment; i++)
        {
            byte[] input = mutator.Mutate(target.Seeds[dice.Below(target.Seeds.Count)], target.Seeds[dice.Below(target.Seeds.Count)]);
            Finding? finding = fuzzer.Feed(input);
            Assert.True(finding is null, $"{finding?.What}{Environment.NewLine}{Convert.ToHexString(input)}");
        }
    }

    [Fact]
    public void A_parser_that_believes_a_length_is_caught()
    {
        Finding? finding = new Fuzzer(
            new FuzzTarget("believer", input => Sum(input.AsSpan(4, (int)BinaryPrimitives.ReadUInt32BigEndian(input))), [LengthAndText]), seed: 1).Run(Plenty);

        Assert.Contains("ArgumentOutOfRangeException", finding?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parser_that_allocates_what_a_length_says_is_caught()
    {
        var target = new FuzzTarget("glutton", input =>
        {
            if (input.Length >= 4)
            {
                uint length = BinaryPrimitives.ReadUInt32BigEndian(input);
                GC.KeepAlive(new byte[Math.Min(length, 1u << 24)]);
            }
        }, [LengthAndText]);

        Assert.Contains("bytes were allocated", new Fuzzer(target, seed: 1).Run(Plenty)?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_no_finding()
    {
        var target = new FuzzTarget("refuser", _ => throw new SshViolationException(Violation.MessageTruncated, "no"), [LengthAndText]);
        var fuzzer = new Fuzzer(target, seed: 1);

        Assert.Null(fuzzer.Run(TimeSpan.FromMilliseconds(50)));
        Assert.True(fuzzer.Inputs > 2);
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs()
    {
        byte[][] one = Inputs(seed: 7);

        Assert.Equal(one, Inputs(seed: 7));
        Assert.NotEqual(one, Inputs(seed: 8));
    }

    private static byte[][] Inputs(ulong seed)
    {
        var mutator = new Mutator(new Dice(seed));
        return [.. Enumerable.Range(0, 50).Select(_ => mutator.Mutate(LengthAndText, LengthAndText))];
    }

    private static int Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        foreach (byte each in bytes)
        {
            sum += each;
        }

        return sum;
    }
}
