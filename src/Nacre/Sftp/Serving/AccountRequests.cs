using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Tells homes and names of users (home-directory of the extensions draft, users-groups-by-id@openssh.com).</summary>
internal static class AccountRequests
{
    public static async ValueTask HomeDirectoryAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        string user = ServingSession.PathOf(Message.ReadRecord<SftpHomeDirectory>(request.Fields.Span).User);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: home-directory \"{user}\"");
        string home = await session.Files.HomeAsync(user, ct).ConfigureAwait(false);
        session.Log.Write(SftpLogLevel.Verbose, $"home-directory \"{home}\"");
        session.Replies.Path(request.Id, home);
    }

    public static ValueTask UsersGroupsByIdAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        SftpUserGroupNumbers numbers = Message.ReadRecord<SftpUserGroupNumbers>(request.Fields.Span);
        (int users, int groups) = (numbers.Users.Length, numbers.Groups.Length);
        session.Log.Write(SftpLogLevel.Debug1, $"process_extended_get_users_groups_by_id: uids len = {users}, gids len = {groups}");
        if (users % sizeof(uint) != 0 || groups % sizeof(uint) != 0) throw new SshViolationException(Violation.FieldMalformed, "A row of users or groups ends within a number.");
        var names = new SftpUserGroupNames
        {
            Users = Names(session, numbers.Users, "uid", session.Files.UserName),
            Groups = Names(session, numbers.Groups, "gid", session.Files.GroupName),
        };
        session.Log.Write(SftpLogLevel.Verbose, $"users-groups-by-id: {users / sizeof(uint)} users, {groups / sizeof(uint)} groups");
        if (names.Users.Length + names.Groups.Length > SftpLimits.MaxData) throw new SftpException(SftpStatusCode.Failure, "The names are too many for one answer");
        session.Replies.Extended(request.Id, ref names);
        return ValueTask.CompletedTask;
    }

    // Names beyond what an answer holds are not looked up.
    private static byte[] Names(ServingSession session, ReadOnlySpan<byte> numbers, string kind, Func<uint, string?> find)
    {
        var names = new ArrayBufferWriter<byte>();
        for (; !numbers.IsEmpty && names.WrittenCount <= SftpLimits.MaxData; numbers = numbers[sizeof(uint)..])
        {
            uint number = BinaryPrimitives.ReadUInt32BigEndian(numbers);
            string name = find(number) ?? "";
            session.Log.Write(SftpLogLevel.Debug3, $"process_extended_get_users_groups_by_id: {kind} {number} => \"{name}\"");
            int length = Encoding.UTF8.GetByteCount(name);
            Span<byte> room = names.GetSpan(sizeof(uint) + length);
            BinaryPrimitives.WriteInt32BigEndian(room, length);
            Encoding.UTF8.GetBytes(name, room[sizeof(uint)..]);
            names.Advance(sizeof(uint) + length);
        }

        return names.WrittenSpan.ToArray();
    }
}
