using System.Runtime.InteropServices;
using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp;

/// <summary>Finds the absolute path without links and dots that stands for a path, as OpenSSH's server finds it: the last part need not be there.</summary>
internal static class RealPath
{
    /// <summary>The kernel's own limit for one path.</summary>
    private const int MostLinks = 40;

    /// <summary>Reads what the link of an absolute path says; EINVAL when it is no link.</summary>
    public delegate Errno LinkReader(ReadOnlySpan<byte> path, out byte[] target);

    /// <summary>Resolves an absolute path.</summary>
    public static Errno Resolve(LinkReader readLink, ReadOnlySpan<byte> path, out byte[] resolved)
    {
        var found = new List<byte>();
        int links = 0;
        resolved = [];
        byte[] left = path.ToArray();
        while (TakePart(ref left, out byte[] part))
        {
            if (part is [(byte)'.']) continue;
            if (part is [(byte)'.', (byte)'.'])
            {
                CutTo(found, Math.Max(0, found.LastIndexOf((byte)'/')));
                continue;
            }

            int length = found.Count;
            found.Add((byte)'/');
            found.AddRange(part);
            if (found.Count + left.Length >= SftpLimits.MaxPath) return Errno.ENAMETOOLONG;
            Errno error = readLink(CollectionsMarshal.AsSpan(found), out byte[] target);
            if (error == Errno.EINVAL) continue;
            if (error == Errno.ENOENT && left.Length == 0) break;
            if (error != Errno.None) return error;
            if (++links > MostLinks) return Errno.ELOOP;
            left = [.. target, (byte)'/', .. left];
            CutTo(found, target is [(byte)'/', ..] ? 0 : length);
        }

        resolved = found.Count == 0 ? [(byte)'/'] : [.. found];
        return Errno.None;
    }

    private static void CutTo(List<byte> bytes, int length) => bytes.RemoveRange(length, bytes.Count - length);

    // What is left begins after the part and its slashes.
    private static bool TakePart(ref byte[] left, out byte[] part)
    {
        ReadOnlySpan<byte> rest = left.AsSpan().TrimStart((byte)'/');
        int end = rest.IndexOf((byte)'/');
        part = (end < 0 ? rest : rest[..end]).ToArray();
        left = end < 0 ? [] : rest[end..].TrimStart((byte)'/').ToArray();
        return part.Length > 0;
    }
}
