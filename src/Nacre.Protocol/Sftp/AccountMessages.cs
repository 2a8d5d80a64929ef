using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>The fields of home-directory (draft-ietf-secsh-filexfer-extensions-00 section 5); no name is the user's own.</summary>
internal ref struct SftpHomeDirectory : ISftpRecord<SftpHomeDirectory>
{
    public ReadOnlySpan<byte> User;

    public static void Fields<V>(ref V visit, ref SftpHomeDirectory message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.User);
    }
}

/// <summary>The fields of users-groups-by-id@openssh.com: two rows of uint32, each row a string.</summary>
internal ref struct SftpUserGroupNumbers : ISftpRecord<SftpUserGroupNumbers>
{
    public ReadOnlySpan<byte> Users;
    public ReadOnlySpan<byte> Groups;

    public static void Fields<V>(ref V visit, ref SftpUserGroupNumbers message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Users);
        visit.String(ref message.Groups);
    }
}

/// <summary>The answer to users-groups-by-id@openssh.com: two rows of names in the order of the numbers, each row a string of strings; a number without a name has an empty one.</summary>
internal ref struct SftpUserGroupNames : ISftpRecord<SftpUserGroupNames>
{
    public ReadOnlySpan<byte> Users;
    public ReadOnlySpan<byte> Groups;

    public static void Fields<V>(ref V visit, ref SftpUserGroupNames message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Users);
        visit.String(ref message.Groups);
    }
}
