using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>When and from where a user logged in last.</summary>
internal sealed record LastLogin(DateTimeOffset Time, string Line, string Host);

/// <summary>The machine's files of logins: utmp (who is here), wtmp (who was), lastlog (when last) and btmp (who tried).</summary>
/// <remarks>A file that is not there is not kept: nothing is made, and nothing fails for want of it.</remarks>
internal sealed unsafe class LoginRecords : ILoginRecords
{
    private const int LineLength = 32;
    private const int HostLength = 256;

    // What libc has open as utmp belongs to the process.
    private static readonly Lock Gate = new();

    public string Present { get; init; } = "/var/run/utmp";

    public string Past { get; init; } = "/var/log/wtmp";

    public string Last { get; init; } = "/var/log/lastlog";

    public string Failed { get; init; } = "/var/log/btmp";

    private SafeFileHandle? held;

    private static int TimeLength => LoginRecord.HasShortTimes ? sizeof(int) : sizeof(long);

    private static int LastLength => TimeLength + LineLength + HostLength;

    /// <summary>Writes that somebody has logged in at a terminal, and when, for their next login.</summary>
    public ValueTask LogInAsync(LoginRecord login, uint uid, CancellationToken ct)
    {
        LogIn(login, uid);
        return default;
    }

    /// <summary>Writes that somebody has logged in at a terminal, and when, for their next login.</summary>
    public void LogIn(LoginRecord login, uint uid)
    {
        SetPresent(login, LoginRecord.Kind.Login);
        AddPast(login, LoginRecord.Kind.Login);
        SetLast(login, uid);
    }

    /// <summary>Writes the process that the login has, once it is known.</summary>
    public void SetProcess(LoginRecord login) => SetPresent(login, LoginRecord.Kind.Login);

    /// <summary>Writes that the login is over.</summary>
    public void LogOut(LoginRecord login)
    {
        SetPresent(login, LoginRecord.Kind.Logout);
        AddPast(login, LoginRecord.Kind.Logout);
    }

    /// <summary>Writes that somebody has tried to log in. Why it could not be is returned, and null when it was.</summary>
    public string? Fail(LoginRecord attempt)
    {
        const uint executeOfGroupAndAllOfOthers = 0b000_001_111;
        try
        {
            using SafeFileHandle file = File.OpenHandle(Failed, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            lock (Gate)
            {
                FileStatus status = FileStatus.OfDescriptor((int)file.DangerousGetHandle());

                // The names that people give may be passwords typed too early: nobody else may read them, nor make records up.
                if (status.Uid != 0 || (status.Mode & executeOfGroupAndAllOfOthers) != 0) return $"Excess permission or bad ownership on file {Failed}";
                RandomAccess.Write(file, attempt.ToBytes(LoginRecord.Kind.Attempt), status.Size);
                return null;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error is FileNotFoundException or DirectoryNotFoundException ? null : $"Unable to write {Failed}: {error.Message}";
        }
    }

    /// <summary>Keeps the file of last logins open, so that it can be read from within another root directory.</summary>
    public void HoldLast()
    {
        try
        {
            held = OpenLast();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody keeps it.
        }
    }

    /// <summary>When a user logged in last; null when they never have, or nobody keeps it.</summary>
    public LastLogin? FindLast(uint uid)
    {
        try
        {
            using SafeFileHandle? file = held is null ? OpenLast() : null;
            byte[] entry = new byte[LastLength];
            if (RandomAccess.Read(held ?? file!, entry, (long)uid * LastLength) != LastLength) return null;
            long seconds = LoginRecord.HasShortTimes ? BinaryPrimitives.ReadUInt32LittleEndian(entry) : BinaryPrimitives.ReadInt64LittleEndian(entry);
            if (seconds is <= 0 or > uint.MaxValue) return null;
            return new LastLogin(
                DateTimeOffset.FromUnixTimeSeconds(seconds), Text(entry.AsSpan(TimeLength, LineLength)), Text(entry.AsSpan(TimeLength + LineLength, HostLength)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private SafeFileHandle OpenLast() => File.OpenHandle(Last, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    private void SetLast(LoginRecord login, uint uid)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(Last, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            byte[] entry = new byte[LastLength];
            long seconds = login.Time.ToUnixTimeSeconds();
            if (LoginRecord.HasShortTimes) BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)seconds);
            else BinaryPrimitives.WriteInt64LittleEndian(entry, seconds);
            LoginRecord.Put(entry.AsSpan(TimeLength, LineLength), login.Line);
            LoginRecord.Put(entry.AsSpan(TimeLength + LineLength, HostLength), login.Host);
            RandomAccess.Write(file, entry, (long)uid * LastLength);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The machine keeps no such file, or has no room: nobody is kept out for that.
        }
    }

    private void SetPresent(LoginRecord login, LoginRecord.Kind kind)
    {
        fixed (byte* entry = login.ToBytes(kind))
        {
            lock (Gate)
            {
                if (Libc.utmpxname(Present) != 0) return;
                Libc.setutxent();
                _ = Libc.pututxline(entry);
                Libc.endutxent();
            }
        }
    }

    private void AddPast(LoginRecord login, LoginRecord.Kind kind)
    {
        fixed (byte* entry = login.ToBytes(kind)) Libc.updwtmpx(Past, entry);
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
