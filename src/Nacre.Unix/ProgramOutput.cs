using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Reads what a program prints to the end of it, and ends a program that nobody waits for any more.</summary>
/// <remarks>A program that hangs must not outlive the connection, or the person's patience, that it was started for.</remarks>
internal static class ProgramOutput
{
    private const int ReadBytes = 4096;

    /// <summary>Starts a program, reads all that it prints, and waits for its end.</summary>
    /// <param name="start">Starts it with its standard output, which it may keep no copy of.</param>
    /// <param name="take">Takes what it prints, piece by piece; what it throws ends the program.</param>
    /// <param name="ct">Ends the wait, and the program by SIGTERM.</param>
    /// <exception cref="UnixException">It could not be started.</exception>
    public static async Task<ChildExit> ReadAsync(Func<SafeFileHandle, ChildProcess> start, Action<ReadOnlySpan<byte>> take, CancellationToken ct)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        await using var output = new DescriptorStream(reading);
        ChildProcess child;
        using (writing) child = start(writing);
        byte[] piece = GC.AllocateUninitializedArray<byte>(ReadBytes, pinned: true);
        try
        {
            for (int count; (count = await output.ReadAsync(piece, ct).ConfigureAwait(false)) > 0;) take(piece.AsSpan(0, count));
            return await child.Exited.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            // It may have been a password.
            CryptographicOperations.ZeroMemory(piece);
            if (!child.Exited.IsCompleted) child.Signal(UnixSignal.TERM);
        }
    }
}
