/*
 * A library of PKCS#11 with one token that has one Ed25519 key. What it does is read from files in the directory TOKEN_PLACE, each time anew:
 * point and signature (what it shows and what it signs, whatever it is given), flags (CK_TOKEN_INFO's, in hexadecimal), and behaviour (the one way
 * in which it is broken). Logins are told in the file log.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long number;
typedef unsigned char byte;

struct attribute {
    number type;
    void *value;
    number length;
};

enum { SLOT = 5, PUBLIC = 1, PRIVATE = 2, SESSIONS = 64 };

static struct {
    byte major, minor;
    void *functions[68];
} list = {.major = 2, .minor = 40};

static struct {
    int is_open, is_signing, is_confirmed;
} sessions[SESSIONS];

static int is_logged_in, found, rest;

static number load(const char *name, void *to, number room)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("TOKEN_PLACE"), name);
    FILE *file = fopen(path, "rb");
    number length = file ? fread(to, 1, room, file) : 0;
    if (file) fclose(file);
    return length;
}

static int is(const char *behaviour)
{
    char now[64] = {0};
    load("behaviour", now, sizeof now - 1);
    return !strcmp(now, behaviour);
}

static void behave(const char *behaviour)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/behaviour", getenv("TOKEN_PLACE"));
    FILE *file = fopen(path, "w");
    fputs(behaviour, file);
    fclose(file);
}

static number flags(void)
{
    char text[32] = {0};
    load("flags", text, sizeof text - 1);
    return strtoul(text, 0, 16);
}

static void tell(const char *format, ...)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/log", getenv("TOKEN_PLACE"));
    FILE *file = fopen(path, "a");
    va_list values;
    va_start(values, format);
    vfprintf(file, format, values);
    va_end(values);
    fclose(file);
}

static int is_open(number session) { return session < SESSIONS && sessions[session].is_open; }

static number initialize(void *arguments)
{
    if (is("crashes at once")) abort();
    return is("does not begin") ? 0x30 : 0;
}

static number finalize(void *nothing)
{
    if (is("tells of its end")) tell("ends\n");
    return 0;
}

static number get_slot_list(byte present, number *slots, number *count)
{
    *count = is("has too many slots") ? 257 : is("has no token") ? 0 : 1;
    if (slots && *count) *slots = SLOT;
    return 0;
}

static number get_token_info(number slot, byte *token)
{
    memset(token, ' ', 96);
    memcpy(token, "scripted", 8);
    *(number *)(token + 96) = flags();
    return slot == SLOT ? 0 : 3;
}

static number open_session(number slot, number how, void *application, void *notify, number *session)
{
    if (is("was taken out")) return 0xe0;
    for (number each = 1; each < SESSIONS; each++) {
        if (sessions[each].is_open) continue;
        memset(&sessions[each], 0, sizeof sessions[each]);
        sessions[each].is_open = 1;
        *session = each;
        return 0;
    }
    return 0xb1;
}

static number close_session(number session)
{
    int open = 0;
    if (!is_open(session)) return 0xb3;
    sessions[session].is_open = 0;
    for (int each = 0; each < SESSIONS; each++) open += sessions[each].is_open;
    if (!open) is_logged_in = 0;
    return 0;
}

static number login(number session, number user, byte *pin, number length)
{
    if (!is_open(session)) return 0xb3;
    tell("login %lu %.*s\n", user, pin ? (int)length : 6, pin ? (char *)pin : "keypad");
    if (is("is locked")) return 0xa4;
    if (pin ? length != 4 || memcmp(pin, "1234", 4) : !(flags() & 0x100)) return 0xa0;
    if (user == 2) {
        sessions[session].is_confirmed = 1;
        return sessions[session].is_signing ? 0 : 0x91;
    }
    if (is_logged_in) return 0x100;
    is_logged_in = 1;
    return 0;
}

static number get_attribute(number session, number object, struct attribute *wanted, number count)
{
    static const byte curve[] = {6, 3, 0x2b, 0x65, 0x70};
    byte value[64];
    number length = 0, kind = 0x40;
    switch (wanted->type) {
    case 3: memcpy(value, "a key", length = 5); break;
    case 0x100: memcpy(value, &kind, length = sizeof kind); break;
    case 0x102: value[0] = 1; length = 1; break;
    case 0x180: memcpy(value, curve, length = sizeof curve); break;
    case 0x181: length = load("point", value, sizeof value); break;
    case 0x202: value[0] = is("asks each time"); length = 1; break;
    }
    if (wanted->type == 0x181 && is("tells of long values")) length = 1ul << 40;
    if (!length) {
        wanted->length = ~0ul;
        return 0x12;
    }
    if (wanted->value && length <= wanted->length) memcpy(wanted->value, value, length);
    wanted->length = length;
    return 0;
}

static number find_init(number session, struct attribute *template, number count)
{
    number wanted = 0;
    if (!is_open(session)) return 0xb3;
    for (number each = 0; each < count; each++) {
        if (template[each].type == 0) wanted = *(number *)template[each].value;
    }
    int is_hidden = !is_logged_in && (flags() & 4);
    found = wanted == 2 && !(is_hidden && is("hides its keys")) ? PUBLIC : wanted == 3 && !is_hidden && !is("has no private key") ? PRIVATE : 0;
    rest = found != 0;
    return 0;
}

static number find(number session, number *objects, number most, number *count)
{
    int is_endless = is("finds without end");
    *count = 0;
    if (is("lies about counts")) {
        *count = 1ul << 40;
        for (number each = 0; each < most; each++) objects[each] = found;
    }
    for (number each = 0; each < most && found && (rest || is_endless); each++, rest = 0, ++*count) objects[each] = found;
    return 0;
}

static number find_final(number session) { return 0; }

static number sign_init(number session, void *mechanism, number key)
{
    if (!is_open(session)) return 0xb3;
    if (sessions[session].is_signing) return 0x90;
    sessions[session].is_signing = 1;
    sessions[session].is_confirmed = 0;
    return 0;
}

static number sign(number session, byte *data, number length, byte *signature, number *room)
{
    if (is("crashes")) *(volatile int *)0 = 0;
    if (is("ends the process")) exit(0);
    if (is("hangs")) {
        tell("hangs\n");
        for (;;) pause();
    }
    if (is("writes into the answer")) write(3, "\xff\xff\xff\xff", 4);
    if (is("is taken out and put in again")) {
        memset(sessions, 0, sizeof sessions);
        is_logged_in = 0;
        behave("");
        return 0xb3;
    }
    if (is("asks each time") && !sessions[session].is_confirmed) return 0x101;
    sessions[session].is_signing = 0;
    *room = load("signature", signature, *room);
    if (is("signs wrong")) signature[0] ^= 1;
    if (is("tells of a long signature")) *room = 1ul << 40;
    return 0;
}

number C_GetFunctionList(void **to)
{
    puts("what a library prints is no answer");
    fflush(stdout);
    list.functions[0] = initialize;
    list.functions[1] = finalize;
    list.functions[4] = get_slot_list;
    list.functions[6] = get_token_info;
    list.functions[12] = open_session;
    list.functions[13] = close_session;
    list.functions[18] = login;
    list.functions[24] = get_attribute;
    list.functions[26] = find_init;
    list.functions[27] = find;
    list.functions[28] = find_final;
    list.functions[42] = sign_init;
    list.functions[43] = is("lacks a function") ? 0 : sign;
    if (is("is of another version")) list.major = 1;
    *to = is("has no list") ? 0 : &list;
    return 0;
}
