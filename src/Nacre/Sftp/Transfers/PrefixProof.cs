using System.Security.Cryptography;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Finds how much of what an earlier copy left may stay: the front of it that is equal to the source.</summary>
/// <remarks>
/// The server hashes its side in blocks where it has check-file; else its bytes are read back. A difference in the last block alone, behind others that are
/// equal, is what a loss of power leaves: copying goes on from that block. Any other difference means that it is no part of this file.
/// </remarks>
internal static class PrefixProof
{
    private const int LeastBlock = 1024 * 1024, MostBlocks = 4096, BufferBytes = 256 * 1024;

    /// <summary>Compares the first bytes of both sides.</summary>
    /// <returns>How many of them may stay: all, or those of the blocks before the last.</returns>
    /// <exception cref="SftpException">They differ, or the server refused.</exception>
    public static async Task<long> FindAsync(RemoteFile remote, IFileHandle local, long length, string target, CancellationToken ct)
    {
        if (length == 0) return 0;
        long block = Math.Max(LeastBlock, (((length - 1) / MostBlocks) | 0xfff) + 1);
        byte[]? hashes = await HashesAsync(remote, length, block, ct).ConfigureAwait(false);
        long equal = hashes is not null
            ? await CompareHashesAsync(hashes, local, length, block, ct).ConfigureAwait(false)
            : await CompareBytesAsync(remote, local, length, block, ct).ConfigureAwait(false);
        if (equal == length) return length;
        bool isLastBlock = equal > 0 && equal + block >= length;
        if (isLastBlock) return equal;
        throw new SftpException(
            Protocol.Sftp.SftpStatusCode.Failure,
            "What is there is no part of this file: the two differ. Nothing was changed; remove it or copy without resuming.",
            target);
    }

    /// <summary>The server's hashes; null where it has none to give.</summary>
    private static async Task<byte[]?> HashesAsync(RemoteFile remote, long length, long block, CancellationToken ct)
    {
        if (!remote.Client.Offers(SftpClient.CheckExtension) || block > uint.MaxValue) return null;
        try
        {
            return await remote.Client.HashAsync(remote.Handle, "sha256", 0, length, (uint)block, remote.Path).WaitAsync(ct).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            return null;
        }
    }

    private static async Task<long> CompareHashesAsync(byte[] told, IFileHandle local, long length, long block, CancellationToken ct)
    {
        byte[] buffer = new byte[BufferBytes];
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        long at = 0;
        for (int start = 0; at < length && start + hash.Length <= told.Length; start += hash.Length)
        {
            long end = Math.Min(at + block, length);
            using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long place = at; place < end;)
            {
                int count = await local.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - place)), place, ct).ConfigureAwait(false);
                if (count == 0) return at;
                hashing.AppendData(buffer, 0, count);
                place += count;
            }

            hashing.GetHashAndReset(hash);
            if (!hash.AsSpan().SequenceEqual(told.AsSpan(start, hash.Length))) return at;
            at = end;
        }

        return at;
    }

    private static async Task<long> CompareBytesAsync(RemoteFile remote, IFileHandle local, long length, long block, CancellationToken ct)
    {
        using var reading = new ReadAhead(remote, 0);
        byte[] theirs = new byte[BufferBytes], ours = new byte[BufferBytes];
        while (reading.Position < length)
        {
            long at = reading.Position;
            int count = await reading.ReadAsync(theirs.AsMemory(0, (int)Math.Min(theirs.Length, length - at)), ct).ConfigureAwait(false);
            if (count == 0) return at / block * block;
            for (int compared = 0; compared < count;)
            {
                int part = await local.ReadAsync(ours.AsMemory(0, count - compared), at + compared, ct).ConfigureAwait(false);
                int equal = ours.AsSpan(0, part).CommonPrefixLength(theirs.AsSpan(compared, part));
                compared += equal;
                if (part == 0 || equal < part) return (at + compared) / block * block;
            }
        }

        return length;
    }
}
