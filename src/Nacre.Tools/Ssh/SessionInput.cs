using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>Carries standard input to a session: as it comes, or typed by a person, with escape sequences taken out and its rhythm hidden.</summary>
internal sealed class SessionInput(SshClient client, RemoteProcess process, ClientConfig config, ErrorTrace trace)
{
    /// <summary>One buffer takes this much from standard input, so that a pipe is drained in few calls.</summary>
    private const int InputBlock = 32 * 1024;

    /// <summary>Nobody types more at once; what is pasted takes several rounds.</summary>
    private const int TypedBlock = 1024;

    /// <summary>Carries all of it, and tells the program where it ends.</summary>
    /// <param name="escapes">What escape sequences do; null where nobody types.</param>
    /// <param name="ct">Ends it when the session is over.</param>
    public async Task RunAsync(EscapeActions? escapes, CancellationToken ct)
    {
        try
        {
            if (!config.StdinNull)
            {
                await using Stream stdin = escapes is not null && TryOpenKeyboard() is { } keyboard ? keyboard : InheritedStream.OpenInput();
                if (escapes is null) await PumpPlainAsync(stdin, ct).ConfigureAwait(false);
                else await PumpTypedAsync(stdin, escapes, ct).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SshException or IOException or UnixException or InvalidOperationException)
        {
            trace.Write(2, $"standard input ends: {error.Message}");
        }

        await process.Input.CompleteAsync().ConfigureAwait(false);
        await PoolThread.EnterAsync();
    }

    // The thread that hears of the connection hears of the keys too: then a key and its echo are the work of one thread.
    private static DescriptorStream? TryOpenKeyboard() =>
        Descriptors.TryReopen(0) is { } own ? new DescriptorStream(own) { CompletesInline = true } : null;

    private async Task PumpPlainAsync(Stream stdin, CancellationToken ct)
    {
        PipeWriter input = process.Input;
        while (await stdin.ReadAsync(input.GetMemory(InputBlock), ct).ConfigureAwait(false) is > 0 and int length)
        {
            input.Advance(length);
            FlushResult flushed = await input.FlushAsync(ct).ConfigureAwait(false);
            if (flushed.IsCompleted) return;
        }
    }

    private async Task PumpTypedAsync(Stream stdin, EscapeActions actions, CancellationToken ct)
    {
        EscapeReader? escapes = config.EscapeChar is { } character ? new EscapeReader((byte)character) : null;
        await using KeystrokeTiming? timing = KeystrokeTiming.For(client, config, trace);
        byte[] typed = new byte[TypedBlock];
        byte[] kept = new byte[2 * TypedBlock];
        while (true)
        {
            ValueTask<int> reading = stdin.ReadAsync(typed, ct);
            bool isStream = reading.IsCompleted;
            int length = await reading.ConfigureAwait(false);
            if (length == 0) return;

            // What was there already is no key, and more may follow for long: others wait for the thread that hears of keys.
            if (isStream) await PoolThread.EnterAsync();
            for (int at = 0; at < length;)
            {
                (int read, int written, EscapeAction action) = escapes is null ? Keep(typed.AsSpan(at, length - at), kept) : escapes.Filter(typed.AsSpan(at, length - at), kept);
                at += read;
                if (written > 0)
                {
                    if (timing is not null) await timing.WaitForTurnAsync(written, ct).ConfigureAwait(false);
                    await process.Input.WriteAsync(kept.AsMemory(0, written), ct).ConfigureAwait(false);
                }

                if (action == EscapeAction.None) continue;
                await PoolThread.EnterAsync();
                if (!await actions.DoAsync(action, escapes!).ConfigureAwait(false)) return;
            }
        }
    }

    private static (int Read, int Written, EscapeAction Action) Keep(ReadOnlySpan<byte> typed, Span<byte> kept)
    {
        typed.CopyTo(kept);
        return (typed.Length, typed.Length, EscapeAction.None);
    }
}
